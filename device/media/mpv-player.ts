import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { limits } from '../../src/limits.ts';
import type { Log } from '../../src/ports/log.ts';
import type { OpenedStream, Player, PlayerEvent } from '../../src/ports/player.ts';
import { SAMPLE_RATE_HZ } from '../../src/units/time.ts';
import { FifoWriter } from './fifo-writer.ts';
import type { MpvEvent, MpvIpc } from './mpv-ipc.ts';
import { MpvIpc as Ipc } from './mpv-ipc.ts';
import { awaitMpv, drainFifo, hasSoundCard, type MpvSettings, mpvFiles, type PlayerFault, startMpv } from './mpv-process.ts';
import { MpvTracks } from './mpv-tracks.ts';
import type { PlayerStream } from './player-stream.ts';
import { listOutputs, listOutputsNow, OutputChoice, type OutputState, type SoundOutput } from './sound-outputs.ts';
import { streamOf, streamOptions } from './stream-options.ts';
import type { ZoneMix } from './zone-mix.ts';

const PAUSED_FOR_CACHE = 1;
const CORE_IDLE = 2;
/** The player could not be started; `fault` says what to do. */
export class PlayerUnavailable extends Error {
  readonly fault: PlayerFault;

  constructor(fault: PlayerFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Stream {
  readonly put: PlayerStream;
  readonly startSample: number;
  /** First sample of the work that no packet handed over so far covers. */
  handedSample: number;
  /** Set once nothing more follows. */
  totalSamples: number | null;
}

/** mpv as a process of its own, fed with one Ogg page a packet through a FIFO, steered over JSON IPC (design.md, lab/media.md). */
export class MpvPlayer implements Player {
  readonly #settings: MpvSettings;
  readonly #log: Log;
  readonly #listeners = new Set<(event: PlayerEvent) => void>();
  #ipc: MpvIpc | null = null;
  #fifo: FifoWriter | null = null;
  #pid: number | null = null;
  readonly tracks = new MpvTracks(() => this.#ipc);
  readonly #choice: OutputChoice;
  #stream: Stream | null = null;
  /** The stream of an earlier run of the app that still plays. */
  #inheritedStart: number | null = null;
  #heardSample = 0;
  #sounding = false;
  #starved = false;
  #volumePercent = 100;

  constructor(settings: MpvSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#choice = new OutputChoice(
      settings.device ?? null,
      hasSoundCard(),
      () => this.#ipc,
      log,
      async (device) => await this.zones?.beforeOpening(device, this.#ipc),
    );
  }

  /** Nobody hears it: there is no sound card, and no output was chosen. */
  get silent(): boolean {
    const { output } = this.#settings;
    return output === 'null' || (output === 'auto' && this.#choice.state.chosen === null && !hasSoundCard());
  }

  get pid(): number | null {
    return this.#pid;
  }

  /**
   * Finds the player that an earlier run of the app left playing, without disturbing it, or starts one.
   * @returns true where one was found
   */
  async attach(): Promise<boolean> {
    if (this.#ipc?.connected === true) return true;
    const files = mpvFiles(this.#settings.folder);
    const found = await Ipc.attach(files.socket, this.#settings.clock);
    // A player that is just dying may still take the connection; it does not answer.
    if (found !== null && (await this.#adopt(found))) {
      if (this.zones === undefined) await forgetZones(found);
      this.#inheritedStart = readStreamStart(files.stream);
      this.#log.info('player-found', { pid: this.#pid, playing: this.#inheritedStart !== null });
      return true;
    }
    const started = await (this.#settings.kept === true ? awaitMpv(this.#settings) : startMpv(this.#settings));
    if (!started.ok) throw new PlayerUnavailable(started.error);
    if (!(await this.#adopt(started.value)))
      throw new PlayerUnavailable({ code: 'player-not-starting', message: 'The player mpv ended at once. Try: mpv --version' });
    this.#log.info('player-started', { pid: this.#pid, silent: this.silent });
    return false;
  }

  async open(stream: OpenedStream): Promise<void> {
    await this.attach();
    await this.stop();
    await this.#choice.tryAgain();
    const put = streamOf(stream);
    this.#stream = { put, startSample: stream.startSample, handedSample: stream.startSample - stream.preSkip, totalSamples: null };
    this.#heardSample = stream.startSample;
    writeFileSync(mpvFiles(this.#settings.folder).stream, JSON.stringify({ startSample: stream.startSample }), { mode: 0o600 });
    const head = put.head();
    if (head !== null) this.#fifo?.write(head);
    for (const [option, value] of [['loop-file', 'no'] as const, ...streamOptions(put.format), ...(put.format === 'mpegts' ? this.tracks.options() : [])])
      await this.#tell('set_property', option, value);
    await this.#tell('set_property', 'af', this.#filters(stream.gainDb));
    await this.#tell('set_property', 'pause', false);
    await this.#tell('loadfile', 'fd://0');
  }

  write(packet: Uint8Array | null): void {
    const stream = this.#stream;
    if (stream === null) return;
    const page = stream.put.page(packet);
    if (page !== null) this.#fifo?.write(page);
    stream.handedSample += stream.put.samplesPerPacket;
  }

  finish(totalSamples: number): void {
    const stream = this.#stream;
    if (stream === null || stream.totalSamples !== null) return;
    stream.totalSamples = Math.min(totalSamples, stream.handedSample);
    if (this.#starved && stream.put.format === 'mpegts') this.#heardSample = stream.totalSamples;
    for (const page of stream.put.tail()) this.#fifo?.write(page);
  }

  async heardSample(): Promise<number> {
    this.#fifo?.flush();
    const sounds = await this.#ipc?.command('get_property', 'audio-pts');
    // A channel may send pictures alone.
    const silentFilm = sounds?.ok === false && this.#stream?.put.format === 'mpegts';
    const answer = silentFilm ? await this.#ipc?.command('get_property', 'time-pos') : sounds;
    const start = this.#stream?.startSample ?? this.#inheritedStart;
    // A WAV file is begun only when more than the playout buffer is at hand, and hears as fast as it is written.
    if (typeof this.#settings.output === 'object' && !this.#sounding && this.#stream !== null) return this.#hear(this.#handedSample());
    if (answer?.ok !== true || typeof answer.value !== 'number' || start === null) return this.#heardSample;
    return this.#hear(start + Math.round(answer.value * SAMPLE_RATE_HZ));
  }

  /** A sound file of the box's own, again and again, outside of any play, in one zone or in all; null ends it. A play is not disturbed, and ends it too. */
  async playFile(path: string | null, zone: string | null = null): Promise<void> {
    await this.attach();
    if (this.#stream !== null) return;
    await this.stop();
    await this.#tell('set_property', 'loop-file', path === null || typeof this.#settings.output === 'object' ? 'no' : 'inf');
    if (path === null) return;
    const options = [...streamOptions('ogg'), ['demuxer-lavf-format', 'wav'], ['af', this.#filters(0, zone)], ['pause', false]] as const;
    for (const [option, value] of options) await this.#tell('set_property', option, value);
    await this.#tell('loadfile', path);
  }

  /**
   * What comes out of this player when it plays a sound file, volume included, as a WAV file instead of on its output. A play that begins
   * meanwhile ends it. @returns false where something plays, or the player does not do it
   */
  async capture(path: string, into: string, zone: string | null = null): Promise<boolean> {
    await this.attach();
    const ipc = this.#ipc;
    if (ipc === null || this.#stream !== null || this.#inheritedStart !== null || typeof this.#settings.output === 'object') return false;
    await this.stop();
    const before = await ipc.command('get_property', 'ao');
    rmSync(into, { force: true });
    const ended = endOfFile(ipc, this.#settings.clock);
    const options = [
      ['ao-pcm-file', into],
      ['ao', 'pcm'],
      ['loop-file', 'no'],
      ['audio-format', 'float'],
      ['af', this.#filters(0, zone)],
      ['pause', false],
      ['speed', 1],
    ] as const;
    for (const [option, value] of [...streamOptions('ogg'), ['demuxer-lavf-format', 'wav'] as const, ...options])
      await this.#tell('set_property', option, value);
    await this.#tell('loadfile', path);
    const over = await ended;
    for (const [option, value] of [
      ['audio-format', 'no'],
      ['ao', before.ok ? before.value : ''],
    ] as const)
      await this.#tell('set_property', option, value);
    return over;
  }

  /** What sound can come out of. */
  async outputs(): Promise<readonly SoundOutput[]> {
    return await listOutputs(this.#ipc);
  }

  /** As above, of this moment: a new player is asked, which takes a while. */
  async outputsNow(): Promise<readonly SoundOutput[]> {
    return await listOutputsNow(this.#settings.program);
  }

  get output(): OutputState {
    return this.#choice.state;
  }

  /** False where the configuration sends the sound elsewhere. */
  get choosesOutput(): boolean {
    return this.#settings.output === 'auto';
  }

  /** At once, also of what plays. */
  async useOutput(name: string): Promise<void> {
    if (this.choosesOutput) await this.#choice.choose(name);
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.#tell('set_property', 'pause', paused);
  }

  async setSpeed(speed: number): Promise<void> {
    // A file has no clock to be followed.
    if (typeof this.#settings.output !== 'object') await this.#tell('set_property', 'speed', speed);
  }

  async setVolume(percent: number): Promise<void> {
    this.#volumePercent = Math.max(0, Math.min(100, percent));
    await this.#tell('set_property', 'volume', this.#volumePercent);
  }

  /** In the order of the zones: how loud each is, below the volume of all. */
  async setZoneVolumes(percents: readonly number[]): Promise<void> {
    await this.zones?.set(percents, this.#ipc);
  }

  get zones(): ZoneMix | undefined {
    return this.#settings.zones;
  }

  async stop(): Promise<void> {
    this.#stream = null;
    this.#inheritedStart = null;
    this.#sounding = false;
    this.#starved = false;
    this.#fifo?.forget();
    rmSync(mpvFiles(this.#settings.folder).stream, { force: true });
    if (this.#ipc?.connected !== true) return;
    const ended = this.#untilIdle(this.#ipc);
    await this.#tell('stop');
    await ended;
    drainFifo(mpvFiles(this.#settings.folder).fifo);
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(how: 'detach' | 'quit'): Promise<void> {
    const ipc = this.#ipc;
    this.#ipc = null;
    if (ipc !== null && how === 'quit' && this.#settings.kept !== true) await quit(ipc);
    ipc?.detach();
    this.#fifo?.close();
    this.#fifo = null;
    this.#pid = null;
  }

  /** @returns false where the player behind the socket does not answer */
  async #adopt(ipc: MpvIpc): Promise<boolean> {
    const pid = await ipc.command('get_property', 'pid');
    if (!pid.ok || typeof pid.value !== 'number') {
      ipc.detach();
      return false;
    }
    this.#pid = pid.value;
    this.#ipc = ipc;
    this.#fifo?.close();
    this.#fifo = new FifoWriter(mpvFiles(this.#settings.folder).fifo);
    ipc.onEvent((event) => this.#onEvent(event));
    ipc.onClosed(() => this.#onDied(ipc));
    await ipc.command('observe_property', PAUSED_FOR_CACHE, 'paused-for-cache');
    await ipc.command('observe_property', CORE_IDLE, 'core-idle');
    await ipc.command('set_property', 'volume', this.#volumePercent);
    await this.zones?.begin(ipc, this.#log);
    if (this.choosesOutput) await this.#choice.begin();
    return ipc.connected;
  }

  #onEvent(event: MpvEvent): void {
    if (event.event === 'property-change' && event.name === 'current-ao') this.#choice.driverIs(typeof event.data === 'string' ? event.data : null);
    if (this.#stream === null || event.event !== 'property-change') return;
    if (event.name === 'core-idle' && event.data === false && !this.#sounding) {
      this.#sounding = true;
      this.#raise({ type: 'first-sound' });
    }
    // All that was handed over was shown and sounded: a film has no silence behind it that would say so.
    if (event.name === 'paused-for-cache' && event.data === true && this.#stream.totalSamples !== null && this.#stream.put.format === 'mpegts')
      this.#heardSample = this.#stream.totalSamples;
    // A file waits for what comes: nobody hears it starve.
    if (typeof this.#settings.output === 'object') return;
    if (event.name !== 'paused-for-cache' || !this.#sounding || this.#stream.totalSamples !== null) return;
    if (event.data === true && !this.#starved) this.#raise({ type: 'starved' });
    if (event.data === false && this.#starved) this.#raise({ type: 'flowing' });
    this.#starved = event.data === true;
  }

  #onDied(ipc: MpvIpc): void {
    if (this.#ipc !== ipc) return;
    this.#ipc = null;
    this.#pid = null;
    this.#stream = null;
    this.#log.warn('player-died');
    this.#raise({ type: 'died', reason: 'the player mpv ended by itself' });
  }

  #hear(position: number): number {
    this.#heardSample = Math.max(this.#heardSample, Math.min(position, this.#handedSample()));
    return this.#heardSample;
  }

  #handedSample(): number {
    const stream = this.#stream;
    if (stream === null) return Number.MAX_SAFE_INTEGER;
    return stream.totalSamples ?? Math.max(stream.startSample, stream.handedSample);
  }

  /** Resolves when mpv has let go of the stream; only then may the FIFO be emptied. */
  async #untilIdle(ipc: MpvIpc): Promise<void> {
    const idle = await ipc.command('get_property', 'idle-active');
    if (idle.ok && idle.value === true) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#settings.clock.after(limits.playerCommandMs, resolve);
      const forget = ipc.onEvent((event) => {
        if (event.event !== 'idle') return;
        forget();
        cancel();
        resolve();
      });
      ipc.onClosed(resolve);
    });
  }

  async #tell(...words: readonly unknown[]): Promise<void> {
    const answer = await this.#ipc?.command(...words);
    if (answer?.ok === false) this.#log.warn('player-refused', { command: String(words[0]), message: answer.error.message });
  }

  /** What sound goes through: its loudness first, then where it goes to. */
  #filters(gainDb: number, zone: string | null = null): string {
    return [...(gainDb === 0 ? [] : [`lavfi=[volume=${gainDb.toFixed(2)}dB]`]), ...(this.zones === undefined ? [] : [this.zones.filter(zone)])].join(',');
  }

  #raise(event: PlayerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** @returns false where it does not end in time */
function endOfFile(ipc: MpvIpc, clock: MpvSettings['clock']): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (whole: boolean): void => {
      cancel();
      forget();
      resolve(whole);
    };
    const cancel = clock.after(limits.playerCommandMs, () => over(false));
    const forget = ipc.onEvent((event) => (event.event === 'end-file' ? over(true) : undefined));
    ipc.onClosed(() => over(false));
  });
}

/** A venue that had zones has none any more, and its player outlived that. */
async function forgetZones(ipc: MpvIpc): Promise<void> {
  for (const [option, usual] of [['alsa-ignore-chmap', false] as const, ['audio-channels', 'auto-safe'] as const]) {
    const now = await ipc.command('get_property', option);
    if (now.ok && now.value !== usual) await ipc.command('set_property', option, usual);
  }
}

async function quit(ipc: MpvIpc): Promise<void> {
  const ended = new Promise<void>((resolve) => ipc.onClosed(resolve));
  await ipc.command('quit');
  await ended;
}

function readStreamStart(path: string): number | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'startSample' in value && typeof value.startSample === 'number' ? value.startSample : null;
  } catch {
    return null;
  }
}
