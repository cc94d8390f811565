import { coinKey } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import { assert } from '../../src/units/assert.ts';
import { formatMoney, money } from '../../src/units/money.ts';
import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';
import type { Book, PayerRow } from './book-port.ts';
import { normalizeClaimCode } from './claim-rows.ts';
import { leaveAsClaim, takeClaim } from './claiming.ts';
import { bonusOfCoin } from './coin-bonus.ts';
import type { JournalCoin } from './journal-record.ts';
import { JOURNAL_SOURCE_BYTES } from './journal-record.ts';
import { ensurePayer, giveCredit, openPayer, toPayerRow } from './payer-credit.ts';
import type { Payer } from './payer-rows.ts';

type Coin = Parameters<Book['insertCoin']>[0];
type CoinOutcome = Awaited<ReturnType<Book['insertCoin']>>;

/** Coins, gifts and claim codes: how money comes to a payer and leaves him without a play. */
export class BookCash {
  readonly #core: BookCore;
  /** In the journal but not yet in the book: a retry does not journal them again. */
  readonly #journaled = new Set<string>();

  constructor(core: BookCore) {
    this.#core = core;
  }

  insertCoin(coin: Coin): CoinOutcome {
    checkCoin(coin);
    const known = this.#knownCoin(coin);
    if (known !== null) return { payer: known, duplicate: true };
    if (this.#core.parts.storage().low) throw new BookError('storage-low', 'The disk of the box is at its reserve: free space, then the coin is booked.');
    const key = coinKey(coin);
    if (!this.#journaled.has(key)) {
      this.#core.parts.journal.append({ type: 'coin', generation: this.#core.generation(), coin });
      this.#journaled.add(key);
    }
    const payer = this.postCoin(coin);
    this.#journaled.delete(key);
    return { payer, duplicate: false };
  }

  /** The journal already holds the coin. */
  postCoin(coin: JournalCoin): PayerRow {
    const core = this.#core;
    return core.moneyTransaction('coin', () => {
      const key = coinKey(coin);
      const payer = ensurePayer(core);
      const bonusMinor = bonusOfCoin(core, payer.payerId, coin.valueMinor);
      const card = coin.funding === 'card';
      const funds = card ? { card: coin.valueMinor } : { paid: coin.valueMinor };
      giveCredit(core, payer, { key, amountMinor: coin.valueMinor, from: card ? 'card-takings' : 'cash-box', reason: 'coin', funds, playId: null });
      core.parts.meters.add(card ? 'card' : 'cash', coin.valueMinor);
      core.parts.meters.add(card ? 'card-payments' : 'coins', 1n);
      this.noteCoin(coin, payer.payerId);
      core.recordCash({ event: card ? 'card' : 'coin', key, payer: payer.payerId, playId: null, amountMinor: coin.valueMinor, source: coin.source });
      if (bonusMinor > 0n) this.#giveBonus(payer, `bonus:${key}`, bonusMinor);
      return toPayerRow(core, payer);
    });
  }

  #giveBonus(payer: Payer, key: string, amountMinor: bigint): void {
    giveCredit(this.#core, payer, { key, amountMinor, from: 'staff-grants', reason: 'bonus', funds: { bonus: amountMinor }, playId: null });
    this.#core.recordCash({ event: 'bonus', key, payer: payer.payerId, playId: null, amountMinor, source: 'ladder' });
  }

  /** Inside a transaction: from now on this coin is a duplicate. */
  noteCoin(coin: JournalCoin, payerId: string): void {
    const sql = 'INSERT INTO coins (source, counter_epoch, counter, value_minor, payer_id) VALUES (?, ?, ?, ?, ?)';
    this.#core.parts.database.write('coin', sql, coin.source, coin.counterEpoch, coin.counter, coin.valueMinor, payerId);
  }

  isKnown(coin: JournalCoin): boolean {
    return this.#coinRow(coin) !== null;
  }

  currentPayer(): PayerRow | null {
    const payer = openPayer(this.#core);
    return payer === null ? null : toPayerRow(this.#core, payer);
  }

  closeIdlePayer(): Awaited<ReturnType<Book['closeIdlePayer']>> {
    const core = this.#core;
    const { plays } = core.parts;
    const payer = openPayer(core);
    if (payer === null || payer.kind === 'account' || core.nowMs() - payer.lastActionMs < limits.coinSessionIdleMs) return null;
    // Whoever listens is not idle: the ten minutes begin when the music ends.
    if (plays.sounding().some((play) => play.payerId === payer.payerId)) return null;
    return core.moneyTransaction('close-idle-payer', () => leaveAsClaim(core, payer, 'idle'));
  }

  redeemClaim(text: string): Awaited<ReturnType<Book['redeemClaim']>> {
    const core = this.#core;
    const { claims } = core.parts;
    const code = normalizeClaimCode(text);
    const claim = claims.get(code);
    if (claim === null) return null;
    const open = openPayer(core);
    const { amountMinor, redeemedBy } = claim;
    if (redeemedBy !== null) return open !== null && open.payerId === redeemedBy ? { payer: toPayerRow(core, open), amountMinor } : null;
    return core.moneyTransaction('redeem-claim', () => {
      const payer = ensurePayer(core);
      takeClaim(core, claim, payer);
      return { payer: toPayerRow(core, payer), amountMinor };
    });
  }

  grantCredit(amountMinor: bigint, by: string, reason: string, grantKey: string, guestCode?: string): PayerRow {
    const core = this.#core;
    const key = `grant:${grantKey}`;
    const before = core.parts.ledger.transfer(key);
    if (before !== null) {
      if (before.amountMinor !== amountMinor) throw new BookError('key-reused', `Another amount was already granted under the key ${grantKey}.`);
      const payer = core.parts.payers.get(before.party ?? '');
      assert(payer !== null, 'a grant has a payer');
      return toPayerRow(core, payer);
    }
    if (amountMinor <= 0n || amountMinor > BigInt(limits.patronCreditMaxMinor))
      throw new BookError('coin-invalid', `A grant of ${amountMinor} minor units; between 1 and ${limits.patronCreditMaxMinor} are taken.`);
    const { grants, options } = core.parts;
    const left = grants.leftToday(by, core.nowMs());
    if (amountMinor > left) {
      const [over, most] = [left, grants.ceiling()].map((minor) => formatMoney(money(minor, options.currency)));
      throw new BookError('grant-ceiling', `${by} may give away ${most} a day, and ${over} of it are left today.`);
    }
    const guest = guestCode === undefined ? null : core.parts.payers.guestOfCode(guestCode.trim().toUpperCase());
    if (guestCode !== undefined && guest === null)
      throw new BookError('guest-unknown', `No guest with the code ${guestCode} is here: he reads it on his phone.`);
    return core.moneyTransaction('grant', () => {
      const payer = guest ?? ensurePayer(core);
      giveCredit(core, payer, { key, amountMinor, from: 'staff-grants', reason: 'grant', funds: { staff: amountMinor }, playId: null });
      grants.add({ key, by, reason, amountMinor }, core.nowMs());
      core.recordCash({ event: 'grant', key, payer: payer.payerId, playId: null, amountMinor, source: 'staff' });
      core.record({ kind: 'audit', body: { event: 'credit-granted', facts: { by, reason, key, amountMinor: String(amountMinor) } } });
      return toPayerRow(core, payer);
    });
  }

  /** What was heard stays earned, and stays billed: who gives it back gives of the house's own. */
  refundPlay(playId: string, by: string, reason: string): Awaited<ReturnType<Book['refundPlay']>> {
    const { receipts, plays, ledger } = this.#core.parts;
    const [receipt, play] = [receipts.get(playId), plays.get(playId)];
    if (receipt === null || play === null) throw new BookError('play-unknown', `No receipt is of a play ${playId}: show receipts lists them.`);
    const amountMinor = BigInt(receipt.chargedMinor) + BigInt(receipt.premiumMinor ?? '0');
    if (amountMinor === 0n) throw new BookError('nothing-to-refund', `${receipt.title} was not charged.`);
    if (play.fundingSource === 'house') throw new BookError('nothing-to-refund', `The house itself paid for ${receipt.title}.`);
    if (play.fundingSource === 'account')
      throw new BookError('nothing-to-refund', `${receipt.title} is on an account: the operator credits it at the headend.`);
    const key = `refund:${playId}`;
    const already = ledger.transfer(`grant:${key}`) !== null;
    return { payer: this.grantCredit(amountMinor, by, reason, key), amountMinor, already };
  }

  #knownCoin(coin: Coin): PayerRow | null {
    const row = this.#coinRow(coin);
    if (row === null) return null;
    if (row.value_minor !== coin.valueMinor)
      throw new BookError('key-reused', `Another coin already has the key ${coinKey(coin)}: check the acceptor's counter.`);
    const payer = openPayer(this.#core) ?? this.#core.parts.payers.get(row.payer_id);
    assert(payer !== null, 'a coin has a payer');
    return toPayerRow(this.#core, payer);
  }

  #coinRow(coin: JournalCoin): { readonly value_minor: bigint; readonly payer_id: string } | null {
    const sql = 'SELECT value_minor, payer_id FROM coins WHERE source = ? AND counter_epoch = ? AND counter = ?';
    return this.#core.parts.database.one(sql, coin.source, coin.counterEpoch, coin.counter);
  }
}

function checkCoin(coin: Coin): void {
  const whole = Number.isSafeInteger(coin.counter) && Number.isSafeInteger(coin.counterEpoch) && coin.counter >= 0 && coin.counterEpoch >= 0;
  const sourceBytes = Buffer.byteLength(coin.source);
  if (!whole || sourceBytes === 0 || sourceBytes > JOURNAL_SOURCE_BYTES)
    throw new BookError('coin-invalid', `A coin needs a source of 1 to ${JOURNAL_SOURCE_BYTES} bytes and whole counters: check the acceptor.`);
  if (coin.valueMinor <= 0n || coin.valueMinor > BigInt(limits.coinMaxMinor))
    throw new BookError('coin-invalid', `A coin of ${coin.valueMinor} minor units; between 1 and ${limits.coinMaxMinor} are taken.`);
}
