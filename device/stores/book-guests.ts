import { limits } from '../../src/limits.ts';
import { assert } from '../../src/units/assert.ts';
import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';
import { makeSpokenCode, normalizeClaimCode } from './claim-rows.ts';
import { leaveAsClaim, takeClaim } from './claiming.ts';
import type { GuestBook, GuestRow } from './guest-port.ts';
import { openPayer, prepaid } from './payer-credit.ts';
import type { Payer } from './payer-rows.ts';

type Outcome<Method extends keyof GuestBook> = Awaited<ReturnType<GuestBook[Method]>>;

/** Guests with phones: payers of their own, beside whoever stands at the box. */
export class BookGuests {
  readonly #core: BookCore;

  constructor(core: BookCore) {
    this.#core = core;
  }

  open(guestId: string): Outcome<'openGuest'> {
    const core = this.#core;
    const { payers } = core.parts;
    const known = payers.get(payerIdOf(guestId));
    if (known?.open === true) return this.#row(known);
    if (payers.openGuests().length >= limits.openGuests && !this.#makeRoom()) return 'full';
    const code = this.#freeCode();
    return core.transaction('open-guest', () => {
      if (known !== null) return this.#row(payers.reopenGuest(known.payerId, code));
      return this.#row(payers.create(payerIdOf(guestId), 'guest', core.nowMs(), code));
    });
  }

  get(guestId: string): Outcome<'guest'> {
    const guest = this.#core.parts.payers.get(payerIdOf(guestId));
    return guest === null || !guest.open ? null : this.#row(guest);
  }

  redeem(guestId: string, text: string): Outcome<'redeemForGuest'> {
    const core = this.#core;
    const guest = core.parts.payers.get(payerIdOf(guestId));
    const claim = core.parts.claims.get(normalizeClaimCode(text));
    if (guest === null || !guest.open || claim === null) return null;
    const { amountMinor, redeemedBy } = claim;
    if (redeemedBy !== null) return redeemedBy === guest.payerId ? { amountMinor } : null;
    core.moneyTransaction('redeem-for-guest', () => takeClaim(core, claim, guest));
    return { amountMinor };
  }

  releasePanelCredit(): Outcome<'releasePanelCredit'> {
    const core = this.#core;
    const payer = openPayer(core);
    if (payer?.kind !== 'coin-session' || prepaid(core, payer.payerId) === 0n) return null;
    return core.moneyTransaction('release-credit', () => leaveAsClaim(core, payer, 'to-phone'));
  }

  closeIdle(): number {
    const core = this.#core;
    const idle = core.parts.payers.openGuests().filter((guest) => core.nowMs() - guest.lastActionMs >= limits.guestIdleMs && !this.#waits(guest));
    for (const guest of idle) core.moneyTransaction('close-idle-guest', () => leaveAsClaim(core, guest, 'idle'));
    return idle.length;
  }

  /** Whoever has been away longest and has nothing here makes room. */
  #makeRoom(): boolean {
    const core = this.#core;
    const { payers } = core.parts;
    const empty = payers.openGuests().find((guest) => prepaid(core, guest.payerId) === 0n && !this.#waits(guest));
    if (empty === undefined) return false;
    core.transaction('close-guest', () => payers.close(empty.payerId));
    return true;
  }

  #waits({ payerId }: Payer): boolean {
    const { ledger, plays } = this.#core.parts;
    return ledger.balance('held', payerId) > 0n || plays.sounding().some((play) => play.payerId === payerId);
  }

  #freeCode(): string {
    const { payers, random } = this.#core.parts;
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const code = makeSpokenCode(random);
      if (payers.guestOfCode(code) === null) return code;
    }
    throw new BookError('book-busy', 'No code is left for another guest: try again.');
  }

  #row(guest: Payer): GuestRow {
    assert(guest.guestCode !== null, 'an open guest has a code');
    const plays = this.#core.parts.plays.ofPayer(guest.payerId, limits.guestPlaysShown);
    return { guestId: guest.payerId.slice(PREFIX.length), code: guest.guestCode, creditMinor: prepaid(this.#core, guest.payerId), plays };
  }
}

const PREFIX = 'guest:';

export function payerIdOf(guestId: string): string {
  return PREFIX + guestId;
}
