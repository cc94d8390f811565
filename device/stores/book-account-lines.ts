import { formatMoney, money } from '../../src/units/money.ts';
import type { AccountLine } from '../../src/wire/account-api.ts';
import type { BookCore } from './book-core.ts';
import type { CustomerReceipt } from './book-port.ts';
import { writeSetting } from './settings-rows.ts';

/** The number of the last line that was posted, or passed over; absent: this book has not asked yet. */
export const ACCOUNT_LINES_SETTING = 'account-lines-through';

/** A line beside the plays, never another figure for one of them: a settled play keeps its receipt, and the line has its own. */
export function postAccountLines(core: BookCore, lines: readonly AccountLine[], through: number): void {
  core.moneyTransaction('account-lines', () => {
    for (const line of lines) postLine(core, line);
    writeSetting(core.parts.database, ACCOUNT_LINES_SETTING, String(through));
  });
}

function postLine(core: BookCore, line: AccountLine): void {
  const { ledger, receipts, options } = core.parts;
  const key = `account-line:${line.key}`;
  if (ledger.transfer(key) !== null) return;
  const minor = BigInt(line.amountMinor);
  const given = { key, party: null, playId: null, reason: minor > 0n ? 'bill' : 'adjustment' } as const;
  // A book that was begun anew has not earned what an older one is given back for.
  const back = -minor < ledger.balance('earned', null) ? -minor : ledger.balance('earned', null);
  if (minor > 0n) core.post({ ...given, debit: 'account-debt', credit: 'earned', amountMinor: minor });
  else if (back > 0n) core.post({ ...given, debit: 'earned', credit: 'account-debt', amountMinor: back });
  receipts.put(writeLineReceipt(line, minor, options.currency), true);
}

function writeLineReceipt({ key, title, at }: AccountLine, minor: bigint, currency: BookCore['parts']['options']['currency']): CustomerReceipt {
  const amount = formatMoney(money(minor < 0n ? -minor : minor, currency));
  const text =
    minor < 0n
      ? `Adjustment of ${at.slice(0, 10)}: ${amount} less than was charged\nRefunded to your account, which does not owe it`
      : `${key.startsWith('fee:') ? 'Checked out or renewed' : 'Period closed'} on ${at.slice(0, 10)}: ${amount} charged`;
  return {
    ...{ playId: `account-line:${key}`, title, artist: '', quoteMinor: '0', heardMs: 0, durationMs: 0, claimCode: null, currency, endReason: 'account-line' },
    chargedMinor: minor < 0n ? '0' : String(minor),
    refundMinor: minor < 0n ? String(-minor) : '0',
    refundedTo: minor < 0n ? 'account' : null,
    text: `${title}\n${text}`,
  };
}
