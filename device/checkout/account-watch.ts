import { limits } from '../../src/limits.ts';
import type { AccountApi } from '../../src/ports/account-api.ts';
import { type Clock, every } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Log } from '../../src/ports/log.ts';
import { ok, type Result } from '../../src/units/result.ts';
import type { AccountAnswer, CheapestPrices, CheapestQuestion, TopUpAnswer, TopUpRequest } from '../../src/wire/account-api.ts';
import { ACCOUNT_LINES_SETTING } from '../stores/book-account-lines.ts';
import type { Book } from '../stores/book-port.ts';

/** What everybody may see of an account, minor units; the rest is asked for. */
export type AccountGlance = Pick<AccountAnswer, 'state' | 'owedMinor' | 'overdueMinor'>;

export interface AccountWatchParts {
  readonly api: AccountApi;
  readonly book: Pick<Book, 'getSetting' | 'postAccountLines'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The ledger of the box has lines beside its plays. */
  posted(): void;
  /** Told only what has changed. */
  changed(account: AccountGlance): void;
}

/** Follows how the account of the box stands (P-25): asked now and then, and whenever money moved. What the headend said last stands until it says more. */
export class AccountWatch {
  readonly #parts: AccountWatchParts;
  #told = '';
  #stop: () => void = () => {};

  constructor(parts: AccountWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stop = every(this.#parts.clock, limits.accountLookMs, () => void this.look());
  }

  stop(): void {
    this.#stop();
  }

  async look(): Promise<Result<AccountAnswer, HeadendError>> {
    const { api, book } = this.#parts;
    const through = await book.getSetting(ACCOUNT_LINES_SETTING);
    const answer = await api.account(through === null ? null : Number(through));
    if (!answer.ok) {
      this.#parts.log.info('account-not-known', { code: answer.error.code, message: answer.error.message });
      return answer;
    }
    const { state, owedMinor, overdueMinor, lines } = answer.value;
    if (lines.length > 0 || through !== String(answer.value.through)) await book.postAccountLines(lines, answer.value.through);
    if (lines.length > 0) this.#parts.posted();
    const told = `${state} ${owedMinor} ${overdueMinor}`;
    if (told !== this.#told) this.#parts.changed({ state, owedMinor, overdueMinor });
    this.#told = told;
    return answer;
  }

  cheapest(question: CheapestQuestion): Promise<Result<CheapestPrices, HeadendError>> {
    return this.#parts.api.cheapest(question);
  }

  async topUp(request: TopUpRequest): Promise<Result<TopUpAnswer, HeadendError>> {
    const asked = await this.#parts.api.topUp(request);
    if (!asked.ok) return asked;
    await this.look();
    return ok(asked.value);
  }
}
