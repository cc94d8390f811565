import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headendChannel } from '../../../../src/cli/headend-channel.ts';
import { parseInput } from '../../../../src/headend/channels/channel-input.ts';
import { createChannelRefusal } from '../../../../src/headend/channels/channel-refusal.ts';
import { parsePicture } from '../../../../src/headend/channels/channel-work.ts';
import { type HeadendBook, openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import { limits } from '../../../../src/limits.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ackbox-channels-'));
  open().close();
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

function open(): HeadendBook {
  return openHeadendBook(join(data, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
}

/** Runs `ackbox headend channel ...`. */
function channel(...words: readonly string[]): { readonly code: number; readonly out: string; readonly err: string } {
  const [out, err]: [string[], string[]] = [[], []];
  const code = headendChannel([...words, '--data', data], { out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}

const CITY = ['add', '7', '--title', 'City TV', '--input', 'udp://127.0.0.1:5007'];

describe('the channel map', () => {
  test('gains a channel, lists it and loses it again', () => {
    expect(channel(...CITY, '--price', '50 EUR')).toMatchObject({ code: 0, err: '' });
    expect(channel('list').out).toMatch(/7 +waiting +City TV +udp:\/\/127\.0\.0\.1:5007 +0\.50 EUR an hour/);
    expect(channel('remove', '7')).toMatchObject({ code: 0 });
    expect(channel('list').out).toBe('There are no channels.\n');
    expect(channel('remove', '7')).toMatchObject({ code: 1 });
  });

  test('sells an hour of a channel by the rules of a film, and nothing while it sends nothing', () => {
    channel(...CITY, '--price', '50 EUR');
    const book = open();
    const [work] = book.works();
    expect(work).toMatchObject({ title: 'City TV', priceMinor: '50', free: false, channel: { number: 7 }, durationMs: limits.channelPlayMs, segments: [] });
    expect((work?.packets ?? 0) * (work?.video?.packetMs ?? 0)).toBe(limits.channelPlayMs);
    const refusal = createChannelRefusal(book);
    if (work === undefined) throw new Error('it is there');
    expect(refusal(work)).toMatchObject({ code: 'channel-gone', message: 'City TV sends nothing just now; nothing is charged for it.' });
    book.noteChannelState(work.id, 'on-air');
    expect(refusal(work)).toBe(null);
    book.removeChannel(7);
    expect([refusal(work)?.code, book.works()]).toEqual(['channel-gone', []]);
    book.close();
  });

  test('gives a number once, and a headend at most so many channels', () => {
    channel(...CITY);
    expect(channel(...CITY)).toMatchObject({ code: 1, err: expect.stringContaining('Number 7 is taken') });
    for (let number = 100; number < 100 + limits.channelsMax - 1; number += 1) channel('add', String(number), ...CITY.slice(2));
    expect(channel('add', '9', ...CITY.slice(2))).toMatchObject({ code: 1, err: expect.stringContaining('at most') });
  });

  test.each([
    [['add', '0', ...CITY.slice(2)], 'A channel has a number from 1'],
    [['add', '12345', ...CITY.slice(2)], 'A channel has a number from 1'],
    [['add', '7', '--input', 'udp://127.0.0.1:5007'], '--title'],
    [['add', '7', '--title', 'a\nb', '--input', 'udp://127.0.0.1:5007'], '--title'],
    [['add', '7', '--title', 'x', '--input', 'file:///etc/passwd'], 'An input is'],
    [[...CITY, '--price', 'cheap'], '--price'],
    [[...CITY, '--picture', 'mpeg2-576'], '--picture'],
    [[...CITY, '--megabits', '900'], '--megabits'],
    [['sing'], 'usage'],
  ])('refuses %j in words', (words, said) => {
    expect(channel(...words)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(said) });
  });
});

test('an input is a listener of ours, and nothing that ffmpeg could be talked into', () => {
  expect(parseInput('udp://239.1.2.3:5000')).toEqual({ ok: true, value: { kind: 'udp', host: '239.1.2.3', port: 5000 } });
  expect(parseInput('srt://[::]:9000')).toMatchObject({ ok: true, value: { host: '::' } });
  for (const text of ['udp://a:0', 'udp://a:70000', 'srt://a b:1', 'http://a:80', 'srt://a:1?mode=caller', ''])
    expect([text, parseInput(text).ok]).toEqual([text, false]);
});

test('the time of its packets fits the rate that was said, with room for a fuller moment', () => {
  for (const megabits of [0.1, 0.5, 1, 2, 4]) {
    const picture = parsePicture('h264-720', megabits);
    if (!picture.ok) throw new Error(picture.error.message);
    const { packetMs } = picture.value;
    expect((limits.videoPayloadBytes * 8) / packetMs / 1_000).toBeGreaterThanOrEqual(megabits * 1.25);
    expect(limits.videoPacketMs).toContain(packetMs);
  }
});
