import { describe, expect, test } from 'vitest';
import { readZones } from '../../../../device/media/sound-zones.ts';
import { ZoneMix } from '../../../../device/media/zone-mix.ts';

describe('--zones', () => {
  test('names pairs of outputs of one card', () => {
    expect(readZones('terrace=3-4,bar=1-2')).toEqual([
      { name: 'terrace', pair: 1 },
      { name: 'bar', pair: 0 },
    ]);
  });

  test.each([
    ['', 'names each zone and the two outputs'],
    ['bar', 'names each zone and the two outputs'],
    ['Bar=1-2', 'small letters'],
    ['all=1-2', 'neither all nor limits'],
    ['60=1-2', 'small letters'],
    ['bar=1-3', 'bar is on two outputs of the card that follow each other: 1-2, 3-4, 5-6, 7-8; not "1-3"'],
    ['bar=9-10', 'not "9-10"'],
    ['bar=1-2,terrace=1-2', 'bar and terrace both have the outputs 1-2: a pair leads to one zone'],
    ['bar=1-2,bar=3-4', 'two zones are called bar'],
    ['a=1-2,b=3-4,c=5-6,d=7-8,e=1-2', 'at most 4 zones, not 5'],
  ])('%j is refused, and it is said what to write', (text, words) => {
    expect(() => readZones(text)).toThrow(words);
    expect(() => readZones(text)).toThrow('--zones');
  });
});

describe('what the player is told', () => {
  test('as many channels as the last zone needs, each pair by its own gain, the others silent', async () => {
    const mix = new ZoneMix(readZones('bar=1-2,hall=5-6'));
    await mix.set([100, 50], null);
    expect(mix.filter()).toBe(
      '@zones:lavfi=[aformat=sample_fmts=fltp:channel_layouts=stereo,pan=FL+FR+FC+LFE+BL+BR|FL=1.000000*FL|FR=1.000000*FR|FC=0.125000*FL|LFE=0.125000*FR]',
    );
    expect(mix.filter('hall')).not.toContain('|FL=');
  });

  test('where the channels of a zone lie in a WAV file', () => {
    const mix = new ZoneMix(readZones('a=1-2,b=3-4,c=5-6,d=7-8'));
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => mix.channelsOf(name))).toEqual([[0, 1], [4, 5], [2, 3], [6, 7], []]);
  });
});
