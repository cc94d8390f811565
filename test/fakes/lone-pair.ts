import { join } from 'node:path';
import { expect } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import type { ViewOfBox } from '../../src/cli/box-client.ts';
import { type Environment, freePort, LoneBox, LoneHeadend } from './alone.ts';
import { ackbox, balance, clearAway, scratch, soundFile } from './house.ts';

const SONG_S = 120;

/** A headend with one song, and one box: each started by its own command, for what happens to them and between them. */
export class LonePair {
  readonly data = scratch();
  readonly folders = { box: join(this.data, 'box'), headend: join(this.data, 'headend'), library: join(this.data, 'library') };
  readonly #boxEnvironment: Environment;
  #ports = { http: 0, rtsp: 0 };
  #coins = 0;
  #box: LoneBox | null = null;
  #headend: LoneHeadend | null = null;
  /** What programs that are gone had said. */
  #saidBefore = '';

  constructor(boxEnvironment: Environment = {}) {
    this.#boxEnvironment = boxEnvironment;
  }

  get box(): LoneBox {
    if (this.#box === null) throw new Error('start the box first');
    return this.#box;
  }

  get headend(): LoneHeadend {
    if (this.#headend === null) throw new Error('start the headend first');
    return this.#headend;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#ports.http}`;
  }

  /** Makes the song; nothing runs yet. */
  async prepare(songSeconds = SONG_S): Promise<void> {
    this.#ports = { http: await freePort(), rtsp: await freePort() };
    await soundFile(this.folders.library, 'song.flac', songSeconds, 440);
    expect(await ackbox('ingest', '--data', this.folders.headend, this.folders.library)).toMatchObject({ code: 0 });
  }

  /** Also again after its end, at the same ports. */
  startHeadend(): LoneHeadend {
    this.#saidBefore += this.#headend?.said ?? '';
    this.#headend = new LoneHeadend(this.folders.headend, this.#ports);
    return this.#headend;
  }

  startBox(environment: Environment = {}): LoneBox {
    this.#saidBefore += this.#box?.said ?? '';
    this.#box = new LoneBox(this.folders.box, this.url, { ...this.#boxEnvironment, ...environment });
    return this.#box;
  }

  async enrol(): Promise<void> {
    const code = (await this.box.says(/^code +(\S+)/m))[1] ?? '';
    await approveByCode({ url: this.url, headendFolder: this.folders.headend, code });
  }

  /** The song flows and was heard a little further: it is begun where none plays, with a coin and the confirmed question. */
  async song(): Promise<void> {
    const { watch } = this.box;
    const ready = (view: ViewOfBox): boolean =>
      view.nowPlaying !== null || (view.cash === 'accepting' && view.catalogueSize === 1 && view.playback === 'browse');
    if ((await watch.until('a box that plays or sells', (view) => (ready(view) ? view : null))).nowPlaying === null) {
      await watch.coin(100n);
      this.#coins += 1;
      if (await this.#asksForSong()) {
        await watch.until('something to judge it by', (view) => (view.playback !== 'preListen' || (view.nowPlaying?.play.heardMs ?? 0) > 300 ? true : null));
        await watch.press('intent.ok');
      }
    }
    await this.flowsOn();
  }

  /** As a person does: OK again where the first one was refused, as the headend had only just come back. @returns false where it plays already */
  async #asksForSong(): Promise<boolean> {
    const { watch } = this.box;
    for (let patienceMs = 5_000; ; patienceMs *= 2) {
      await watch.press('intent.ok');
      const began = watch.until(
        'its question',
        ({ playback }) => (['preListen', 'outright'].includes(playback) ? 'asked' : playback.startsWith('playing') ? 'plays' : null),
        patienceMs,
      );
      if (patienceMs > 20_000) return (await began) === 'asked';
      const answer = await began.catch(() => null);
      if (answer !== null) return answer === 'asked';
    }
  }

  /** From where it is heard now, or goes on after what happened. */
  async flowsOn(aheadMs = 700): Promise<void> {
    let from: number | null = null;
    await this.box.watch.until(`${aheadMs} ms more of the song`, (view) => {
      const flows = view.service === 'inService' && view.playback === 'playing.flowing';
      const heardMs = view.nowPlaying?.play.heardMs ?? 0;
      if (flows) from = Math.min(from ?? heardMs, heardMs);
      return flows && from !== null && heardMs > from + aheadMs ? true : null;
    });
  }

  stalls(): Promise<ViewOfBox> {
    return this.box.watch.until('the stall', (view) => (view.playback === 'playing.stalled' ? view : null));
  }

  /** Skips what plays. Then every coin is there once, every record arrived, both books say the same, and nobody printed a stack. */
  async expectAgreement(): Promise<void> {
    const { watch } = this.box;
    await watch.press('intent.skip');
    await watch.until('the receipt', (view) => (view.playback === 'browse' && view.nowPlaying === null ? view.lastReceipt : null));
    const { ledger, outbox } = await watch.deliveredTotals();
    expect(ledger).toMatchObject({ problem: null, heldMinor: '0', cashBoxMinor: String(this.#coins * 100) });
    expect(Number(ledger.earnedMinor)).toBeGreaterThan(0);
    expect(outbox.usageAcknowledged).toBe(outbox.usageWritten);
    const operator = await this.headend.operator();
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe(ledger.earnedMinor);
    expect(this.#saidBefore + this.box.said + this.headend.said).not.toMatch(/^\s+at /m);
  }

  async end(): Promise<void> {
    await this.#box?.end();
    await this.#headend?.end();
    clearAway(this.data);
  }
}
