import { limits } from '../limits.ts';
import type { Random } from '../ports/random.ts';
import { toHex } from '../units/bytes.ts';

const VALID_MS = 60_000;
const PER_SESSION_MAX = 4;

/** Nonces for resumes: single use, one minute, few a session; the oldest give way. In memory only: a restart voids them. */
export class ResumeNonces {
  readonly #random: Random;
  readonly #nowMs: () => number;
  readonly #bySid = new Map<string, Map<string, number>>();

  constructor(random: Random, nowMs: () => number) {
    this.#random = random;
    this.#nowMs = nowMs;
  }

  issue(sid: string): string {
    const nonce = toHex(this.#random.bytes(16));
    const nonces = this.#bySid.get(sid) ?? new Map<string, number>();
    nonces.set(nonce, this.#nowMs() + VALID_MS);
    dropOldest(nonces, PER_SESSION_MAX);
    this.#bySid.delete(sid);
    this.#bySid.set(sid, nonces);
    dropOldest(this.#bySid, limits.openSessionsTotal);
    return nonce;
  }

  /** True once for each nonce of this session that is still valid. */
  spend(sid: string, nonce: string): boolean {
    const nonces = this.#bySid.get(sid);
    const untilMs = nonces?.get(nonce);
    nonces?.delete(nonce);
    if (nonces?.size === 0) this.#bySid.delete(sid);
    return untilMs !== undefined && untilMs > this.#nowMs();
  }
}

function dropOldest(map: Map<string, unknown>, keep: number): void {
  const oldest = map.size > keep ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
