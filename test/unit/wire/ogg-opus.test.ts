import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/units/bytes.ts';
import { OggOpusWriter } from '../../../src/wire/ogg-opus.ts';
import { decodePage } from '../../../src/wire/ogg-page.ts';
import { concealmentPacket, opusPacketSamples } from '../../../src/wire/opus-packet.ts';
import { demuxOggOpus } from '../../fakes/ogg-opus-demux.ts';

const STREAM = { serial: 0x1234_5678, channels: 2, preSkip: 312, outputGainDb: -3.5 };
/** CELT fullband, 20 ms, stereo, one frame. */
const TOC = 0xfc;
const PACKETS = Array.from({ length: 10 }, (_, index) => new Uint8Array(index === 3 ? 600 : 100 + index).fill(index + 1).fill(TOC, 0, 1));

function file(tags: Record<string, string> = { TITLE: 'Käse', Artist: 'a=b' }): Uint8Array {
  const writer = new OggOpusWriter(STREAM);
  const head = writer.head(tags);
  const last = PACKETS.length - 1;
  return concatBytes(head, ...PACKETS.map((packet, index) => writer.packet(packet, ...(index === last ? [{ granule: 312 + 9_000 }] : []))));
}

describe('Ogg Opus', () => {
  it('gives back the packets, the pre-skip, the exact length and the tags', () => {
    const read = demuxOggOpus(file());
    expect(read).toMatchObject({ ok: true, value: { channels: 2, preSkip: 312, outputGainDb: -3.5, packets: PACKETS, totalSamples: 9_000 } });
    expect(read.ok && [...read.value.tags]).toEqual([
      ['TITLE', 'Käse'],
      ['ARTIST', 'a=b'],
    ]);
  });

  it('goes on where an interrupted stream stopped, without a second head', () => {
    const first = new OggOpusWriter(STREAM);
    const before = concatBytes(first.head(), ...PACKETS.slice(0, 5).map((packet) => first.packet(packet)));
    expect(first.position).toEqual({ pageSequence: 7, granule: 4_800 });
    const second = new OggOpusWriter(STREAM, first.position);
    const whole = concatBytes(before, ...PACKETS.slice(5).map((packet) => second.packet(packet)));
    expect(demuxOggOpus(whole)).toMatchObject({ ok: true, value: { packets: PACKETS, totalSamples: 9_600 - 312 } });
  });

  it('starts at any granule, and the length counts from there', () => {
    const writer = new OggOpusWriter(STREAM, { pageSequence: 0, granule: 960_000 });
    const bytes = concatBytes(writer.head(), ...PACKETS.map((packet) => writer.packet(packet)));
    expect(demuxOggOpus(bytes)).toMatchObject({ ok: true, value: { totalSamples: 9_600 - 312 } });
    expect(writer.position.granule).toBe(969_600);
  });

  it('names a damaged, a shortened and a foreign file', () => {
    const bytes = file();
    const damaged = bytes.slice();
    damaged[bytes.length - 30] = (damaged[bytes.length - 30] ?? 0) ^ 1;
    expect(demuxOggOpus(damaged)).toMatchObject({ error: { code: 'damaged' } });
    expect(demuxOggOpus(bytes.slice(0, -5))).toMatchObject({ error: { code: 'truncated' } });
    expect(demuxOggOpus(new TextEncoder().encode('RIFF....WAVEfmt and more bytes than a page header'))).toMatchObject({ error: { code: 'damaged' } });
    expect(demuxOggOpus(new Uint8Array(0))).toMatchObject({ error: { code: 'not-opus' } });
  });

  it('notices a page that is missing in the middle', () => {
    const bytes = file();
    const pages: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const page = decodePage(bytes, at);
      if (!page.ok) throw new Error('the file is whole');
      pages.push(bytes.subarray(at, page.value.next));
      at = page.value.next;
    }
    expect(demuxOggOpus(concatBytes(...pages.filter((_, index) => index !== 5)))).toMatchObject({ error: { code: 'damaged' } });
  });

  it('keeps only a bounded part of the tags', () => {
    const read = demuxOggOpus(file({ TITLE: 'x'.repeat(60_000) }));
    expect(read.ok && read.value.tags.get('TITLE')?.length).toBe(300);
  });
});

describe('Opus packets', () => {
  it.each([
    [[0xfc], 960],
    [[0x08], 960],
    [[0x18], 2_880],
    [[0x60], 480],
    [[0xe0], 120],
    [[0xfd], 1_920],
    [[0xf0 | 3, 2], 960],
    [[0xff, 0x41], 960],
  ])('tells the length of %j', (bytes, samples) => {
    expect(opusPacketSamples(Uint8Array.from(bytes))).toBe(samples);
  });

  it.each([[[]], [[0xff]], [[0xff, 0]], [[0xff, 63]]])('refuses %j', (bytes) => {
    expect(opusPacketSamples(Uint8Array.from(bytes))).toBeNull();
  });

  it.each([[[0xfc, 9, 9]], [[0xf5, 9, 9]], [[0xf6, 1, 9, 9]], [[0xf3, 0xc2, 4, 9, 9]]])('conceals %j with an empty packet of the same length', (bytes) => {
    const neighbour = Uint8Array.from(bytes);
    const concealed = concealmentPacket(neighbour);
    expect(concealed.length).toBeLessThanOrEqual(2);
    expect(opusPacketSamples(concealed)).toBe(opusPacketSamples(neighbour));
  });
});
