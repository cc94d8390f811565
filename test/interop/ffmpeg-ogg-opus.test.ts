import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { concealmentPacket, opusPacketSamples } from '../../src/wire/opus-packet.ts';
import { demuxOggOpus, type OggOpusFile } from '../fakes/ogg-opus-demux.ts';

const SECONDS = 3.337;
const SAMPLES = Math.round(SECONDS * 48_000);

describe('ffmpeg and our Ogg Opus agree', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-ogg-'));
  const source = join(folder, 'source.opus');
  let file: OggOpusFile;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Interleaved 16-bit samples as ffmpeg plays the file. */
  function decode(path: string): Buffer {
    return execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 's16le', '-'], { maxBuffer: 64 * 1_024 * 1_024 });
  }

  function write(name: string, packets: readonly Uint8Array[], endGranule?: number): string {
    const writer = new OggOpusWriter({ serial: 7, channels: file.channels, preSkip: file.preSkip });
    const head = writer.head({ TITLE: 'rewritten' });
    const pages = packets.map((packet, index) =>
      writer.packet(packet, ...(endGranule !== undefined && index === packets.length - 1 ? [{ granule: endGranule }] : [])),
    );
    const path = join(folder, name);
    writeFileSync(path, concatBytes(head, ...pages));
    return path;
  }

  beforeAll(() => {
    const tone = `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`;
    const noise = `anoisesrc=sample_rate=48000:duration=${SECONDS}:amplitude=0.2:seed=7`;
    const mix = [
      '-filter_complex',
      '[0][1]join=inputs=2:channel_layout=stereo',
      '-c:a',
      'libopus',
      '-b:a',
      '96k',
      '-frame_duration',
      '20',
      '-metadata',
      'title=Sine and noise',
    ];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', tone, '-f', 'lavfi', '-i', noise, ...mix, source]);
    const demuxed = demuxOggOpus(readFileSync(source));
    if (!demuxed.ok) throw new Error(demuxed.error.message);
    file = demuxed.value;
  });

  it('on the packets, the pre-skip, the tags and the exact length of a file that ffmpeg made', () => {
    expect(file).toMatchObject({ channels: 2, preSkip: 312, totalSamples: SAMPLES, outputGainDb: 0 });
    expect(file.tags.get('TITLE')).toBe('Sine and noise');
    expect(file.packets.map(opusPacketSamples)).toEqual(new Array(Math.ceil((SAMPLES + 312) / 960)).fill(960));
  });

  it('on every sample of the same packets written by us, one a page', () => {
    const original = decode(source);
    const rewritten = decode(write('rewritten.opus', file.packets, file.preSkip + file.totalSamples));
    expect(rewritten.length).toBe(SAMPLES * 4);
    expect(sha256Hex(rewritten)).toBe(sha256Hex(original));
  });

  it('on the length of a stream without an end mark: whole packets less the pre-skip', () => {
    expect(decode(write('open.opus', file.packets)).length / 4).toBe(file.packets.length * 960 - 312);
  });

  it('on the length when lost packets are concealed', () => {
    const lossy = file.packets.map((packet, index) => (index % 50 === 20 ? concealmentPacket(packet) : packet));
    const heard = decode(write('lossy.opus', lossy, file.preSkip + file.totalSamples));
    expect(heard.length).toBe(SAMPLES * 4);
    expect(sha256Hex(heard)).not.toBe(sha256Hex(decode(source)));
  });

  it('on the checksum of every page, also where the stream begins inside the work', () => {
    const writer = new OggOpusWriter({ serial: 9, channels: 2, preSkip: file.preSkip }, { pageSequence: 0, granule: 48_000 });
    const path = join(folder, 'inside.opus');
    writeFileSync(path, concatBytes(writer.head(), ...file.packets.slice(50).map((packet) => writer.packet(packet))));
    const probe = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=start_time,channels,codec_name', '-of', 'csv=p=0', path], {
      encoding: 'utf8',
    });
    expect(probe.trim()).toBe('opus,2,1.000000');
    expect(demuxOggOpus(readFileSync(path))).toMatchObject({ ok: true, value: { totalSamples: (file.packets.length - 50) * 960 - 312 } });
  });
});
