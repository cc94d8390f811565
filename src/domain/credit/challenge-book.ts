import { limits } from '../../limits.ts';
import { equalBytes } from '../../units/bytes.ts';

/** A moment of the session: monotonic milliseconds without pauses, and the slot that came next. */
export interface Moment {
  readonly atMs: number;
  readonly nextSequence: number;
}

/** The expected responses of challenged slots, by sequence (ruling 24). */
export interface ChallengeBook {
  readonly expected: Map<number, Uint8Array>;
  /** The response that was valid last, for WINDOW to echo; -1 = none. */
  answered: number;
  /** Since when challenged slots are claimed as received without any valid response; null = all is well. */
  silentSince: Moment | null;
  suspended: boolean;
}

export function createChallengeBook(): ChallengeBook {
  return { expected: new Map(), answered: -1, silentSince: null, suspended: false };
}

/** Keeps the newest; a response can still lift a suspension after its slot was given up. */
export function expectResponse(book: ChallengeBook, sequence: number, response: Uint8Array): void {
  book.expected.set(sequence, response);
  if (book.expected.size <= limits.openChallenges) return;
  const [oldest] = book.expected.keys();
  if (oldest !== undefined) book.expected.delete(oldest);
}

/** @returns `wrong` is abuse under a valid tag (ruling 25); `unknown` is a response to nothing that is open: ignored */
export function judgeResponse(book: ChallengeBook, sequence: number, response: Uint8Array): 'valid' | 'wrong' | 'unknown' {
  const expected = book.expected.get(sequence);
  if (expected === undefined) return 'unknown';
  return equalBytes(expected, response) ? 'valid' : 'wrong';
}

export function noteValidResponse(book: ChallengeBook, sequence: number): void {
  book.answered = sequence;
  book.silentSince = null;
  book.suspended = false;
}

export function noteUnansweredClaim(book: ChallengeBook, moment: Moment): void {
  book.silentSince ??= moment;
}

/** Suspends a peer that claims what it cannot prove for 2 round trips and `limits.challengeGracePackets` packets. */
export function judgeSilence(book: ChallengeBook, now: Moment, roundTripMs: number): void {
  const since = book.silentSince;
  if (since === null || now.atMs - since.atMs < 2 * roundTripMs) return;
  if (now.nextSequence - since.nextSequence >= limits.challengeGracePackets) book.suspended = true;
}
