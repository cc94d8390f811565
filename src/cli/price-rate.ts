import { type RatedHistory, rateHistory } from '../domain/rating/rate-history.ts';
import { decimalText } from '../units/rational.ts';
import { instantText, ratedJson } from '../wire/rating-json.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readRatingCall } from './price-input.ts';
import { EXIT } from './subcommand.ts';

/** ackbox price rate: the closed cycles of a usage history, and what they cost. */
export const priceRate: PriceAction = async (argv, io) => {
  const call = await readRatingCall('rate', argv, io);
  if (call === null) return EXIT.usage;
  const { model, currency, history, conflicts, json } = call;
  const rated = rateHistory(model, history);
  if (!rated.ok) throw new PriceInputError(rated.error.message);
  io.out(json ? `${JSON.stringify({ ...ratedJson(rated.value, model.digits), conflicts })}\n` : ratedText(rated.value, model.digits, currency));
  return EXIT.ok;
};

function ratedText(rated: RatedHistory, digits: number, currency: string): string {
  const money = (minor: bigint): string => decimalText(minor, digits).padStart(12);
  const rows = rated.bills.map(
    (bill) =>
      `${instantText(bill.startMs).padEnd(26)}${instantText(bill.endMs).padEnd(26)}${String(bill.useCount).padStart(6)}` +
      `${money(bill.subtotal)}${money(bill.columns.discount_this_cycle)}${money(bill.amountDue)}\n`,
  );
  const head = `${'from'.padEnd(26)}${'to'.padEnd(26)}${'uses'.padStart(6)}${'subtotal'.padStart(12)}${'discount'.padStart(12)}${'due'.padStart(12)}\n`;
  return `${head}${rows.join('')}total due: ${decimalText(rated.totalDueMinor, digits)} ${currency}\n`;
}
