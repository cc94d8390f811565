import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStreamHouse } from '../../src/headend/stream/stream-house.ts';
import type { StreamHouse } from '../../src/headend/stream-port.ts';
import { limits } from '../../src/limits.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { MemoryCatalogue } from '../fakes/memory-catalogue.ts';
import { MemorySegments } from '../fakes/memory-segments.ts';
import { makeOpusWork } from '../fakes/opus-work.ts';
import { RecordingRegistry } from '../fakes/recording-registry.ts';

const HOST = '127.0.0.1';
const RTP_PORT = 46_000 + 2 * (process.pid % 4_000);
const FREE_SECONDS = 5;
/** RTP carries neither pre-skip (312 samples) nor the end trim (up to one packet), and ffmpeg may drop the packet before its first report. */
const TOLERANCE_SAMPLES = 3 * 960;
/** ffmpeg plays from the start before it seeks, and keeps what it got until then: the prebuffer and a few packets. */
const HEARD_BEFORE_SEEK_SAMPLES = 24_000;
const TRIAL_SECONDS = limits.trialMs / 1_000;
const canCapture = spawnSync('tshark', ['-i', 'lo', '-c', '1', '-a', 'duration:0']).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-rtsp-'));
const capture = join(folder, 'stream.pcapng');
let house: StreamHouse;
let rtspPort = 0;
let shark: ChildProcess | null = null;

beforeAll(async () => {
  const catalogue = new MemoryCatalogue();
  const segments = new MemorySegments();
  catalogue.putWork(await makeOpusWork('w0000000000000000000000000000free', FREE_SECONDS, true, segments), 'free');
  catalogue.putWork(await makeOpusWork('w000000000000000000000000000price', TRIAL_SECONDS + 10, false, segments), 'priced');
  const log = { info: () => {}, warn: () => {} };
  const ports = { host: HOST, rtspPort: 0, rtpPort: RTP_PORT };
  house = await createStreamHouse({ clock: systemClock, random: systemRandom, log, registry: new RecordingRegistry(), catalogue, segments, ...ports });
  rtspPort = Number(new URL(house.rtspUrl(HOST)).port);
  if (canCapture) shark = await startCapture();
});

afterAll(async () => {
  shark?.kill();
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves when the capture has seen a datagram: from then on nothing is missed. */
async function startCapture(): Promise<ChildProcess> {
  const filter = `tcp port ${rtspPort} or udp port ${RTP_PORT} or udp port ${RTP_PORT + 1}`;
  const child = spawn('tshark', ['-i', 'lo', '-f', filter, '-w', capture, '-P', '-l'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const probe = createSocket('udp4');
  const cancel = everyTenth(() => probe.send(new Uint8Array(1), RTP_PORT, HOST));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  cancel();
  probe.close();
  return child;
}

function everyTenth(call: () => void): () => void {
  let cancel = (): void => {};
  const again = (): void => {
    call();
    cancel = systemClock.after(100, again);
  };
  again();
  return () => cancel();
}

interface Played {
  readonly status: number | null;
  readonly samples: number;
  readonly errors: string;
}

function playByFfmpeg(work: string, transport: 'udp' | 'tcp', seek: readonly string[] = []): Promise<Played> {
  const url = `${house.rtspUrl(HOST)}works/${work}`;
  const args = ['-hide_banner', '-loglevel', 'warning', '-rtsp_transport', transport, ...seek, '-i', url, '-f', 's16le', '-ac', '2', '-ar', '48000', '-'];
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let bytes = 0;
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, samples: bytes / 4, errors })));
}

describe('ffmpeg as the client', () => {
  test('plays a free work whole over UDP and over TCP, to its right length', { timeout: 40_000 }, async () => {
    const played = await Promise.all([playByFfmpeg('w0000000000000000000000000000free', 'udp'), playByFfmpeg('w0000000000000000000000000000free', 'tcp')]);
    for (const { status, samples, errors } of played) {
      expect(errors).not.toMatch(/missed|corrupt|invalid/i);
      expect(status).toBe(0);
      expect(Math.abs(samples - FREE_SECONDS * 48_000)).toBeLessThanOrEqual(TOLERANCE_SAMPLES);
    }
  });

  test('hears a priced work to the end of the pre-listen, which is a clean end of the stream', { timeout: 40_000 }, async () => {
    const seek = ['-ss', String(TRIAL_SECONDS - 3)];
    const { status, samples } = await playByFfmpeg('w000000000000000000000000000price', 'udp', seek);
    expect(status).toBe(0);
    expect(Math.abs(samples - 3 * 48_000)).toBeLessThanOrEqual(TOLERANCE_SAMPLES + HEARD_BEFORE_SEEK_SAMPLES);
  });

  test('gets 404 for a work that is not there', async () => {
    const { status, errors } = await playByFfmpeg('w00000000000000000000000000000404', 'tcp');
    expect(status).not.toBe(0);
    expect(errors).toMatch(/404|not found/i);
  });
});

describe.skipIf(!canCapture)('tshark as the dissector', () => {
  test('finds RTSP, RTP, sender reports and BYE in all this, and nothing malformed', { timeout: 60_000 }, async () => {
    const closed = new Promise((resolve) => shark?.once('close', resolve));
    shark?.kill('SIGINT');
    await closed;
    const fields = (filter: string, field: string): readonly string[] => {
      const as = ['-d', `tcp.port==${rtspPort},rtsp`, '-d', `udp.port==${RTP_PORT},rtp`, '-d', `udp.port==${RTP_PORT + 1},rtcp`];
      const run = spawnSync('tshark', ['-r', capture, ...as, '-Y', filter, '-T', 'fields', '-e', field], { encoding: 'utf8' });
      return run.stdout.split('\n').filter((line) => line !== '');
    };
    const probes = `udp.dstport==${RTP_PORT}`;
    expect(fields(`(_ws.malformed || _ws.expert.severity == "Error") && !(${probes})`, 'frame.number')).toEqual([]);
    expect(fields(`rtp && udp.srcport==${RTP_PORT}`, 'rtp.p_type').every((type) => type === '97')).toBe(true);
    expect(fields(`rtp && udp.srcport==${RTP_PORT}`, 'rtp.seq').length).toBeGreaterThan(50 * FREE_SECONDS);
    const rtcp = fields('rtcp', 'rtcp.pt').join(',').split(',');
    expect(rtcp).toEqual(expect.arrayContaining(['200', '202', '203']));
    expect(fields('rtsp.response', 'rtsp.status')).toContain('200');
  });
});
