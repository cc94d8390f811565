import { type PaymentStanding, type PaymentTerms, standingOf } from '../../domain/ledger/payment-standing.ts';
import { unreachable } from '../../units/assert.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { decimalText } from '../../units/rational.ts';
import type { Fault, Result } from '../../units/result.ts';
import { type AccountAnswer, type AccountStanding, PAYMENT_METHODS, type PaymentTermsBody, type TopUpRequest } from '../../wire/account-api.ts';
import type { AccountLineStore } from '../stores/account-line-rows.ts';
import type { AccountStatementStore } from '../stores/account-statement-rows.ts';
import type { KeptPayment, PaymentStore } from '../stores/payment-rows.ts';

export interface AccountDeskDeps {
  readonly store: PaymentStore &
    AccountStatementStore &
    AccountLineStore & { getSetting(name: string): string | null; putSetting(name: string, value: string): void };
  readonly wallMs: () => number;
}

type Payer = { readonly account: string; readonly currency: string };

const LINES_SHOWN = 20;
const CYCLES_SHOWN = 10;
const PAYMENTS_SHOWN = 5;
const LINES_A_TIME = 100;
const SETTING = 'payment-terms';
const DAY_MS = 86_400_000;

/** How accounts stand with what they owe, the form by which they pay, and what follows where they do not (P-25). */
export class AccountDesk {
  readonly #deps: AccountDeskDeps;

  constructor(deps: AccountDeskDeps) {
    this.#deps = deps;
  }

  /** Where nobody set terms nothing falls due: the box of a house owes its own headend. */
  standing(payer: Payer): AccountStanding {
    const { account, currency } = payer;
    const terms = this.#terms(account);
    const standing = this.#standing(payer);
    const { state, owedMinor, overdueMinor, overdueSinceMs } = standing;
    const suggested = [...new Set([overdueMinor, owedMinor])].filter((minor) => minor > 0n).map(String);
    return {
      ...{ state, owedMinor: String(owedMinor), overdueMinor: String(overdueMinor), currency },
      overdueSince: overdueSinceMs === null ? null : new Date(overdueSinceMs).toISOString(),
      text: wordsOf(standing, currency),
      topUp: terms === null || owedMinor === 0n ? null : { suggestedMinor: suggested, methods: [...PAYMENT_METHODS] },
    };
  }

  /** The standing with what is behind it: charges, open cycles, payments. */
  statement(payer: Payer & { readonly outlet: string }, after: number | null): AccountAnswer {
    const { store } = this.#deps;
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      ...this.standing(payer),
      charges: store.accountLines(payer.account, LINES_SHOWN).map(({ number, atMs, kind, title, minor }) => {
        return { number, at: iso(atMs), kind, title, amountMinor: String(minor) };
      }),
      cycles: store.openCycles(payer.account, CYCLES_SHOWN).map(({ title, model, bill }) => {
        return { title, model, since: iso(bill.startMs), until: iso(bill.endMs), uses: bill.useCount, amountMinor: String(bill.amountDue) };
      }),
      payments: store
        .payments(payer.account)
        .slice(-PAYMENTS_SHOWN)
        .reverse()
        .map(({ payment, minor, method, state, reason }) => ({ key: payment, amountMinor: String(minor), method, state, reason })),
      ...this.#linesAfter(payer.outlet, after),
    };
  }

  #standing({ account }: Payer): PaymentStanding {
    const { store, wallMs } = this.#deps;
    return standingOf(store.accountCharges(account), store.payments(account), this.#terms(account) ?? NEVER, wallMs());
  }

  #linesAfter(outlet: string, after: number | null): Pick<AccountAnswer, 'lines' | 'through'> {
    const { store } = this.#deps;
    const newest = store.newestAccountLine();
    const found = after === null ? [] : store.accountLinesAfter(outlet, after, LINES_A_TIME);
    const through = found.length < LINES_A_TIME ? newest : (found.at(-1)?.number ?? newest);
    const lines = found.map(({ number, key, atMs, title, minor }) => ({ number, key, at: new Date(atMs).toISOString(), title, amountMinor: String(minor) }));
    return { lines, through };
  }

  /** Why nothing is sold to this account any more, or null. What a venue owes is not for its guests. */
  refusal(payer: Payer & { readonly profile: 'jukebox' | 'set-top' }): string | null {
    if (this.#terms(payer.account) === null) return null;
    const standing = this.#standing(payer);
    if (standing.state !== 'unpaid') return null;
    const words =
      payer.profile === 'jukebox' ? 'Nothing is sold at this box until its account is paid; please tell the staff.' : wordsOf(standing, payer.currency);
    return `${words} (charge ${standing.overdueCharge ?? 0})`;
  }

  topUp({ account, currency }: Payer, { key, amountMinor, method }: TopUpRequest): Result<KeptPayment, Fault<'conflict'>> {
    return this.#deps.store.askPayment({ payment: key, account, minor: BigInt(amountMinor), currency, method });
  }

  settle(payment: string, state: 'paid' | 'failed', reason: string): Result<KeptPayment, Fault<'not-found' | 'conflict'>> {
    return this.#deps.store.settlePayment(payment, state, reason);
  }

  putTerms(account: string, terms: PaymentTermsBody): void {
    this.#deps.store.putSetting(`${SETTING}/${account}`, JSON.stringify(terms));
  }

  #terms(account: string): PaymentTerms | null {
    const text = this.#deps.store.getSetting(`${SETTING}/${account}`);
    const days = text === null ? null : (JSON.parse(text) as PaymentTermsBody);
    return days === null ? null : { dueMs: days.dueDays * DAY_MS, unpaidMs: days.unpaidDays * DAY_MS };
  }
}

const NEVER: PaymentTerms = { dueMs: Number.POSITIVE_INFINITY, unpaidMs: Number.POSITIVE_INFINITY };

function wordsOf({ state, owedMinor, overdueMinor }: PaymentStanding, currency: string): string {
  const money = (minor: bigint): string => `${decimalText(minor, minorDigitsOf(currency) ?? 2)} ${currency}`;
  switch (state) {
    case 'current':
      return owedMinor === 0n ? 'Nothing is owed.' : `${money(owedMinor)} are owed, and not due yet.`;
    case 'partial':
      return `A part was paid; ${money(overdueMinor)} are still overdue. Please pay the rest.`;
    case 'failed':
      return `The last payment did not go through; ${money(owedMinor)} are owed. Please try again, or pay in another way.`;
    case 'late':
      return `${money(overdueMinor)} are overdue. Please pay, so that the music goes on.`;
    case 'unpaid':
      return `${money(overdueMinor)} were not paid: nothing more is sold until they are.`;
    default:
      return unreachable(state);
  }
}
