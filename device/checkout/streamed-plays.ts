import { packetsOf } from '../../src/domain/credit/billing-class.ts';
import type { EndReason } from '../../src/domain/credit/statements.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { Player } from '../../src/ports/player.ts';
import { SAMPLE_RATE_HZ } from '../../src/units/time.ts';
import { decodeReceipt } from '../../src/wire/ack-receipt.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { parseTerms } from '../../src/wire/terms-text.ts';
import { heardSince } from '../media/heard-since.ts';
import type { PlaybackEvent } from '../session/events.ts';
import type { PlayPort, PlayRunner, StartedPlay } from '../session/play-port.ts';
import type { PaySessionRow, PlayRow } from '../stores/book-port.ts';
import { closePlay } from './closing.ts';
import { passedOver } from './heard-pass.ts';
import { type RunnerParts, StreamedPlay } from './play-runner.ts';
import type { SessionStart } from './play-session.ts';
import type { SignedReceipt } from './receipt-writer.ts';

export interface PlaysParts extends RunnerParts {
  /** The player as one play sees it; absent: one play at a time has all of it. */
  readonly deck?: () => Player;
  /** A work of the catalogue as this box knows it, null where it is gone. */
  readonly work: (workId: string) => CatalogueWork | null;
}

/** A play as the rows of an earlier run tell of it. */
interface LeftPlay {
  readonly start: SessionStart;
  /** Where in the work it was heard to. Samples at 48 kHz. */
  readonly heardSample: number;
  /** So many packets before that were never heard. */
  readonly passedPackets: number;
}

/** Starts plays that are streamed from the headend, and takes up those that an earlier run of the app left. */
export class StreamedPlays implements PlayPort {
  readonly #parts: PlaysParts;
  /** The newest, and the one that may still sound into it. */
  #newest: readonly StreamedPlay[] = [];

  constructor(parts: PlaysParts) {
    this.#parts = parts;
  }

  /** Resolves at once: whether it opens is told by `play.opened` or `play.failed`, and it can be ended meanwhile. */
  async start(play: StartedPlay, raise: (event: PlaybackEvent) => void): Promise<PlayRunner> {
    const runner = this.#runner(play, raise);
    void runner.open();
    return runner;
  }

  /** For an orderly stop of the app: writes the last receipt, lets the player play on, and leaves the play to the next start. */
  async detach(): Promise<void> {
    await Promise.all(this.#newest.map((runner) => runner.detach()));
  }

  async recover(playId: string, raise: (event: PlaybackEvent) => void, waits = false): Promise<PlayRunner | null> {
    const play = await this.#openPlay(playId);
    if (play === null) return null;
    const work = this.#parts.work(play.workId);
    const left = await this.#leftBy(play);
    // The work has left the catalogue, or there is no play to go on with: what the rows say was heard is what both sides bill.
    if (left === null || work === null) {
      await this.#closeFromRows(playId, left, left?.heardSample ?? 0, 'failed');
      return null;
    }
    const runner = this.#runner({ playId, work, trial: false, waits }, raise);
    const goesOn = play.state !== 'trial' && (await runner.recover(left.start, await heardSince(this.#parts.player, left.heardSample), left.passedPackets));
    if (goesOn) return runner;
    await runner.end(play.state === 'trial' ? 'trial-declined' : 'failed');
    return null;
  }

  async close(playId: string, endReason: EndReason): Promise<void> {
    const play = await this.#openPlay(playId);
    if (play === null) return;
    const left = await this.#leftBy(play);
    const reason = play.state === 'trial' ? 'trial-declined' : endReason;
    await this.#closeFromRows(playId, left, left === null ? 0 : await heardSince(this.#parts.player, left.heardSample), reason);
  }

  #runner(given: StartedPlay, raise: (event: PlaybackEvent) => void): StreamedPlay {
    const player = this.#parts.deck?.() ?? this.#parts.player;
    const runner = new StreamedPlay({ ...this.#parts, player }, given, raise);
    this.#newest = [...this.#newest.slice(-1), runner];
    return runner;
  }

  async #openPlay(playId: string): Promise<PlayRow | null> {
    const play = await this.#parts.book.play(playId);
    return play === null || play.state === 'settled' || play.state === 'declined' ? null : play;
  }

  /** What an earlier run left of a play; null where it had not begun, or its rows cannot be read any more. */
  async #leftBy(play: PlayRow): Promise<LeftPlay | null> {
    const row = await this.#parts.book.session(play.playId);
    const start = row === null || row.state === 'closed' ? null : startOf(row, play);
    if (row === null || start === null) return null;
    return { start, heardSample: row.heardSample, passedPackets: passedOver(start, packetsTo(row.heardSample, start.terms.packetMs)) };
  }

  async #closeFromRows(playId: string, left: LeftPlay | null, heardSample: number, endReason: EndReason): Promise<void> {
    const { book, clock, signer } = this.#parts;
    if (left === null) {
      await book.settle({ playId, chargedMinor: 0n, heardMs: 0, endReason, statement: null });
      return;
    }
    const { start, passedPackets } = left;
    const { packetMs } = start.terms;
    const heardPackets = packetsTo(heardSample, packetMs);
    const unheardPaidPackets = Math.max(0, packetsOf(start.counts, 'paid') - heardPackets);
    const heardMs = (heardPackets - passedPackets) * packetMs;
    const closing = closePlay({ ...start, playId, unheardPaidPackets, heardMs, endReason, wallMs: clock.wallMs() }, signer);
    await book.settle({ playId, chargedMinor: closing.chargedMinor, heardMs, endReason, statement: closing.statement });
  }
}

/** Whole packets before a sample of the work, by the clock alone: the work may be gone from the catalogue. */
function packetsTo(sample: number, packetMs: number): number {
  return Math.floor((sample * 1_000) / SAMPLE_RATE_HZ / packetMs);
}

/** What the rows of an earlier run say; null where they cannot be read any more. */
function startOf(row: PaySessionRow, play: PlayRow): SessionStart | null {
  const terms = parseTerms(row.termsText);
  if (!terms.ok) return null;
  return {
    terms: terms.value,
    termsHash: sha256Hex(row.termsText),
    epoch: row.epoch,
    reservedCounter: row.reservedCounter,
    paidRanges: row.paidRanges,
    receipt: receiptOf(row),
    counts: row.counts,
    lostPackets: row.lostPackets,
    confirmEventId: play.confirmEventId,
  };
}

function receiptOf(row: PaySessionRow): SignedReceipt | null {
  if (row.receipt === null || row.receiptSignature === null) return null;
  const receipt = decodeReceipt(row.receipt);
  return receipt.ok ? { receipt: receipt.value, bytes: row.receipt, signature: row.receiptSignature } : null;
}
