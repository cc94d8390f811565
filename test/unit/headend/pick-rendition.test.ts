import { describe, expect, test } from 'vitest';
import { decodersOf } from '../../../device/boards/decoders.ts';
import { defaultCreditTerms } from '../../../src/domain/credit/negotiate-credit.ts';
import { parseRenditions, planRenditions } from '../../../src/headend/catalogue/video-renditions.ts';
import { grantStream } from '../../../src/headend/checkout-terms.ts';
import { pickRendition } from '../../../src/headend/pick-rendition.ts';
import { limits } from '../../../src/limits.ts';
import { parseDecoders } from '../../../src/wire/decoders.ts';
import { buildOffer, type Decoder } from '../../../src/wire/sdp.ts';

const RENDITIONS = [
  { name: 'h264-720', codec: 'h264', width: 1_280, height: 720 },
  { name: 'h264-360', codec: 'h264', width: 640, height: 360 },
  { name: 'hevc-1080', codec: 'hevc', width: 1_920, height: 1_080 },
] as const;

describe('the rendition of a film', () => {
  test.each([
    ['Raspberry Pi 5 Model B Rev 1.0', 'hevc-1080'],
    ['Raspberry Pi 4 Model B Rev 1.4', 'hevc-1080'],
    ['Raspberry Pi 3 Model B Plus Rev 1.3', 'h264-720'],
    ['Raspberry Pi Zero 2 W Rev 1.0', 'h264-720'],
    ['Somebody else', 'h264-720'],
  ])('on a %s is %s', (model, name) => {
    expect(pickRendition(RENDITIONS, decodersOf(model))).toMatchObject({ ok: true, value: { name } });
  });

  test('has no more lines than the board shows', () => {
    expect(pickRendition(RENDITIONS, [{ codec: 'h264', height: 576 }])).toMatchObject({ value: { name: 'h264-360' } });
  });

  test('is refused in words that say what the box shows and what there is', () => {
    const hevcOnly = RENDITIONS.filter(({ codec }) => codec === 'hevc');
    const refused = pickRendition(hevcOnly, decodersOf('Raspberry Pi 3 Model B'));
    expect(refused).toMatchObject({ ok: false, error: { code: 'no-rendition' } });
    expect(refused.ok ? '' : refused.error.message).toMatch(/h264-1080.*hevc-1080/);
    expect(pickRendition(hevcOnly, [])).toMatchObject({ ok: false });
  });

  test('settings that are no list of decoders are none', () => {
    expect(parseDecoders('hevc-2160, h264-720')).toEqual([
      { codec: 'hevc', height: 2_160 },
      { codec: 'h264', height: 720 },
    ]);
    for (const text of ['', 'vp9-720', 'h264', 'h264-0', 'h264-720,']) expect(parseDecoders(text)).toBeNull();
  });
});

describe('what a film is encoded to', () => {
  test('is never enlarged, never made twice, and HEVC only where there are lines for it', () => {
    const names = (height: number): readonly string[] => planRenditions(null, height).map(({ name }) => name);
    expect(names(1_080)).toEqual(['h264-720', 'hevc-1080']);
    expect(names(2_160)).toEqual(['h264-720', 'hevc-1080']);
    expect(names(720)).toEqual(['h264-720']);
    expect(names(241)).toEqual(['h264-240']);
    expect(planRenditions(parseRenditions('h264-720,h264-480') ?? [], 400).map(({ name }) => name)).toEqual(['h264-400']);
  });

  test('can be told, up to 1,080 lines', () => {
    expect(parseRenditions('h264-480,hevc-1080')).toEqual([
      { codec: 'h264', height: 480 },
      { codec: 'hevc', height: 1_080 },
    ]);
    for (const text of ['', 'h264', 'h264-2160', 'av1-480', 'h264-480;hevc-480']) expect(parseRenditions(text)).toBeNull();
  });
});

describe('an offer for a film', () => {
  const film = { video: { packetMs: 4, renditions: [...RENDITIONS] } };
  const ask = (decodes: readonly Decoder[]): string =>
    buildOffer({ address: '0.0.0.0', payloadType: 33, ackpay: { session: null, credit: defaultCreditTerms(4, limits.filmPrebufferMs), trial: null }, decodes });

  test('is granted with its windows in packets of its own time (ruling 13), and with what the box shows', () => {
    const granted = grantStream(ask([{ codec: 'h264', height: 1_080 }]), film, { profile: 'set-top' });
    expect(granted).toMatchObject({ ok: true, value: { payloadType: 33, rendition: 'h264-720' } });
    expect(granted.ok ? granted.value.credit : {}).toMatchObject({
      creditWindowPackets: 250,
      receiptWindowPackets: 1_250,
      ackEveryPackets: 25,
      prebufferMs: 250,
    });
  });

  test('of a box that shows none of it is refused, and so is one that says nothing', () => {
    expect(grantStream(ask([{ codec: 'hevc', height: 480 }]), film, { profile: 'set-top' })).toMatchObject({ ok: false, error: { code: 'no-rendition' } });
    expect(grantStream('', film, { profile: 'set-top' })).toMatchObject({ ok: false, error: { code: 'no-rendition' } });
  });
});
