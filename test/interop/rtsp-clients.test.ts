import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStreamHouse } from '../../src/headend/stream/stream-house.ts';
import type { StreamHouse } from '../../src/headend/stream-port.ts';
import { limits } from '../../src/limits.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { makeFilmWork } from '../fakes/film-work.ts';
import { MemoryCatalogue } from '../fakes/memory-catalogue.ts';
import { MemorySegments } from '../fakes/memory-segments.ts';
import { makeOpusWork } from '../fakes/opus-work.ts';
import { openRawRtsp } from '../fakes/raw-rtsp.ts';
import { RecordingRegistry } from '../fakes/recording-registry.ts';
import { captureOnLoopback, type LoopbackCapture } from './loopback-capture.ts';

const HOST = '127.0.0.1';
const RTP_PORT = 46_000 + 2 * (process.pid % 4_000);
const FREE = 'w0000000000000000000000000000free';
const PRICED = 'w000000000000000000000000000price';
const SOLD = 'w0000000000000000000000000000sold';
const FILM = 'w0000000000000000000000000000film';
/** Of the clip, and of its last picture that stays. */
const FILM_PICTURES = 3 * 25 + 15;
const FREE_SECONDS = 4;
/** Of the priced work of 12 s a third is free to hear. */
const TRIAL_SECONDS = 4;
/** RTP carries neither pre-skip (312 samples) nor the end trim (up to one packet), and a player may drop the packet before its first report. */
const TOLERANCE_SAMPLES = 3 * 960;
const SAMPLE_RATE = 48_000;
const WAV_HEADER_BYTES = 44;

const canCapture = spawnSync('tshark', ['-i', 'lo', '-c', '1', '-a', 'duration:0']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'ackbox-rtsp-'));
const registry = new RecordingRegistry();
let house: StreamHouse;
let rtspPort = 0;
let capture: LoopbackCapture | null = null;

beforeAll(async () => {
  const catalogue = new MemoryCatalogue();
  const segments = new MemorySegments();
  catalogue.putWork(await makeOpusWork(FREE, FREE_SECONDS, true, segments), 'free');
  catalogue.putWork(await makeOpusWork(PRICED, 3 * TRIAL_SECONDS, false, segments), 'priced');
  catalogue.putWork(await makeOpusWork(SOLD, 3 * TRIAL_SECONDS, false, segments), 'sold');
  const film = await makeFilmWork(FILM, 3, true, segments);
  catalogue.putWork(film.work, 'film', film.renditions);
  const log = { info: () => {}, warn: () => {} };
  const ports = { host: HOST, rtspPort: 0, rtpPort: RTP_PORT };
  house = await createStreamHouse({ clock: systemClock, random: systemRandom, log, registry, catalogue, segments, ...ports });
  rtspPort = Number(new URL(house.rtspUrl(HOST)).port);
  if (canCapture) capture = await captureOnLoopback(join(folder, 'stream.pcapng'), rtspPort, RTP_PORT);
  await hearOften(SOLD);
});

afterAll(async () => {
  capture?.kill();
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Uses the pre-listens of one work up, so that there is nothing but to pay. */
async function hearOften(work: string): Promise<void> {
  const client = await openRawRtsp(rtspPort);
  const uri = `rtsp://${HOST}:${rtspPort}/works/${work}`;
  const setup = await client.ask('SETUP', uri, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
  const session = (setup.headers.get('session') ?? '').split(';')[0] ?? '';
  for (let count = 0; count < limits.plainTrialsPerWork; count += 1) await client.ask('PLAY', uri, { Session: session, Range: 'npt=0-' });
  expect((await client.ask('PLAY', uri, { Session: session, Range: 'npt=0-' })).status).toBe(402);
  client.close();
}

interface Played {
  readonly status: number | null;
  readonly samples: number;
  readonly said: string;
}

type Transport = 'udp' | 'tcp';
type Client = (url: string, transport: Transport, file: string) => readonly string[];

const CLIENTS: Readonly<Record<string, Client>> = {
  ffmpeg: (url, transport, file) =>
    `ffmpeg -hide_banner -loglevel warning -rtsp_transport ${transport} -i ${url} -f wav -c:a pcm_s16le -ac 2 -ar ${SAMPLE_RATE} -y ${file}`.split(' '),
  mpv: (url, transport, file) =>
    `mpv --no-config --no-video --msg-level=all=warn --rtsp-transport=${transport} --ao=pcm --ao-pcm-file=${file} --audio-format=s16 --audio-channels=stereo --audio-samplerate=${SAMPLE_RATE} ${url}`.split(
      ' ',
    ),
  GStreamer: (url, transport, file) =>
    `gst-launch-1.0 -q rtspsrc location=${url} protocols=${transport} latency=400 ! rtpopusdepay ! opusdec ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=2,rate=${SAMPLE_RATE} ! wavenc ! filesink location=${file}`.split(
      ' ',
    ),
};

/** A film into a transport stream: pictures are counted in it by ffprobe. */
const VIEWERS: Readonly<Record<string, Client>> = {
  ffmpeg: (url, transport, file) => `ffmpeg -hide_banner -loglevel warning -rtsp_transport ${transport} -i ${url} -c copy -f mpegts -y ${file}`.split(' '),
  mpv: (url, transport, file) =>
    `mpv --no-config --msg-level=all=warn --rtsp-transport=${transport} --of=mpegts --ovc=mpeg2video --oac=mp2 --o=${file} ${url}`.split(' '),
  GStreamer: (url, transport, file) =>
    `gst-launch-1.0 -q rtspsrc location=${url} protocols=${transport} latency=400 ! rtpmp2tdepay ! filesink location=${file}`.split(' '),
};

async function view(name: string, transport: Transport): Promise<{ readonly status: number | null; readonly pictures: number; readonly said: string }> {
  const file = join(folder, `${name}-${transport}-film.ts`);
  const ended = await run(VIEWERS[name]?.(`${house.rtspUrl(HOST)}works/${FILM}`, transport, file) ?? []);
  const probe = spawnSync('ffprobe', `-v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 ${file}`.split(' '));
  return { ...ended, pictures: Number.parseInt(probe.stdout.toString(), 10) };
}

async function play(name: string, work: string, transport: Transport): Promise<Played> {
  const file = join(folder, `${name}-${transport}-${work}.wav`);
  const ended = await run(CLIENTS[name]?.(`${house.rtspUrl(HOST)}works/${work}`, transport, file) ?? []);
  return { ...ended, samples: samplesIn(file) };
}

function run([program = '', ...args]: readonly string[]): Promise<{ readonly status: number | null; readonly said: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, said })));
}

/** GStreamer pauses after the end, and sometimes interrupts its own PAUSE while it is being written: that is its affair. */
function endedWell(status: number | null, said: string): boolean {
  return status === 0 || (said.includes('gst_rtspsrc_pause') && !/\(4\d\d\)/.test(said));
}

function samplesIn(file: string): number {
  try {
    return Math.floor((readFileSync(file).length - WAV_HEADER_BYTES) / 4);
  } catch {
    return 0;
  }
}

const CELLS = Object.keys(CLIENTS).flatMap((name) => (['udp', 'tcp'] as const).map((transport) => [name, transport] as const));

describe.concurrent.each(CELLS)('%s over %s', (name, transport) => {
  test('plays a free work whole, to its right length', { timeout: 40_000 }, async ({ expect }) => {
    const { status, samples, said } = await play(name, FREE, transport);
    expect(said).not.toMatch(/missed|corrupt|invalid/i);
    expect(endedWell(status, said), said).toBe(true);
    expect(Math.abs(samples - FREE_SECONDS * SAMPLE_RATE)).toBeLessThanOrEqual(TOLERANCE_SAMPLES);
  });

  test('hears a priced work to the end of its pre-listen, which is a clean end, and not a packet more', { timeout: 40_000 }, async ({ expect }) => {
    const { status, samples, said } = await play(name, PRICED, transport);
    expect(endedWell(status, said), said).toBe(true);
    expect(Math.abs(samples - TRIAL_SECONDS * SAMPLE_RATE)).toBeLessThanOrEqual(TOLERANCE_SAMPLES);
    expect(registry.progress.size).toBe(0);
  });

  test('is told 402 Payment Required where it heard the pre-listen often enough', { timeout: 40_000 }, async ({ expect }) => {
    const { status, samples, said } = await play(name, SOLD, transport);
    expect(status).not.toBe(0);
    expect(samples).toBeLessThanOrEqual(0);
    expect(said).toMatch(/402|Payment Required/i);
  });
});

test('a work that is not there is 404', async () => {
  const { status, said } = await play('ffmpeg', 'w00000000000000000000000000000404', 'tcp');
  expect(status).not.toBe(0);
  expect(said).toMatch(/404|not found/i);
});

describe.concurrent.each(CELLS)('%s over %s', (name, transport) => {
  test('shows a free film whole', { timeout: 60_000 }, async ({ expect }) => {
    const { status, pictures, said } = await view(name, transport);
    expect(endedWell(status, said), said).toBe(true);
    expect(Math.abs(pictures - FILM_PICTURES)).toBeLessThanOrEqual(5);
  });
});

describe.skipIf(!canCapture)('tshark as the dissector', () => {
  test('finds RTSP, RTP, sender reports and BYE in all this, and nothing malformed', { timeout: 60_000 }, async () => {
    await capture?.stop();
    const fields = (filter: string, field: string): readonly string[] => capture?.fields(filter, field) ?? [];
    const probes = `udp.dstport==${RTP_PORT}`;
    expect(fields(`(_ws.malformed || _ws.expert.severity == "Error") && !(${probes})`, 'frame.number')).toEqual([]);
    expect(fields(`rtp && udp.srcport==${RTP_PORT}`, 'rtp.p_type').every((type) => ['33', '97', '98'].includes(type))).toBe(true);
    expect(fields(`rtp && udp.srcport==${RTP_PORT}`, 'rtp.seq').length).toBeGreaterThan(50 * FREE_SECONDS);
    const rtcp = fields('rtcp', 'rtcp.pt').join(',').split(',');
    expect(rtcp).toEqual(expect.arrayContaining(['200', '202', '203']));
    expect(fields('rtsp.response', 'rtsp.status')).toEqual(expect.arrayContaining(['200', '402']));
  });
});
