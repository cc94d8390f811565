import { equalSecrets, hmacSha256 } from '../platform/crypto/digest.ts';

const LIFE_SECONDS = 43_200;
const PASS = /^([0-9a-f]{32})\.(\d{1,12})\.([\w-]{43})$/;

/** Who a phone is, by its cookie: a guest of one box, for half a day. Nothing is kept here of whom a pass was given to. */
export class GuestPasses {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** @param guestId 32 hex digits */
  give(outlet: string, guestId: string, nowMs: number): { readonly pass: string; readonly lifeSeconds: number } {
    const until = String(Math.floor(nowMs / 1_000) + LIFE_SECONDS);
    return { pass: `${guestId}.${until}.${this.#seal(outlet, guestId, until)}`, lifeSeconds: LIFE_SECONDS };
  }

  /** @returns the guest, or null where the pass is of another box, too old, or not ours */
  guestOf(outlet: string, pass: string, nowMs: number): string | null {
    const [, guestId, until, seal] = PASS.exec(pass) ?? [];
    if (guestId === undefined || until === undefined || seal === undefined) return null;
    if (Number(until) * 1_000 < nowMs || !isSame(seal, this.#seal(outlet, guestId, until))) return null;
    return guestId;
  }

  /** What a form of this guest carries: a page of another site cannot know it. */
  formToken(outlet: string, guestId: string): string {
    return this.#seal(outlet, guestId, 'form');
  }

  isFormToken(outlet: string, guestId: string, given: string): boolean {
    return isSame(given, this.formToken(outlet, guestId));
  }

  #seal(...parts: readonly string[]): string {
    return Buffer.from(hmacSha256(this.#key, new TextEncoder().encode(parts.join('\n')))).toString('base64url');
  }
}

function isSame(given: string, wanted: string): boolean {
  return equalSecrets(Buffer.from(given), Buffer.from(wanted));
}
