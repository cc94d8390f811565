import { type ExplainedCycle, explainHistory } from '../domain/rating/explain.ts';
import { decimalText, rationalText } from '../units/rational.ts';
import { eventName, explainedJson } from '../wire/explain-json.ts';
import { instantText } from '../wire/rating-json.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readRatingCall } from './price-input.ts';
import { EXIT } from './subcommand.ts';

/** ackbox price explain: every cent of every closed cycle in words, down to event ids and the lines of the model. */
export const priceExplain: PriceAction = async (argv, io) => {
  const call = await readRatingCall('explain', argv, io);
  if (call === null) return EXIT.usage;
  const { model, currency, history, json } = call;
  const explained = explainHistory(model, history);
  if (!explained.ok) throw new PriceInputError(explained.error.message);
  const { cycles, rated } = explained.value;
  if (json) io.out(`${JSON.stringify(explainedJson(cycles, currency, model.digits))}\n`);
  else
    io.out(
      `${cycles.map((cycle) => cycleText(cycle, model.digits, currency)).join('\n')}total due: ${decimalText(rated.totalDueMinor, model.digits)} ${currency}\n`,
    );
  return EXIT.ok;
};

function cycleText({ bill, columns, firings }: ExplainedCycle, digits: number, currency: string): string {
  const money = (minor: bigint): string => `${decimalText(minor, digits)} ${currency}`;
  const parts = columns.map(({ column, exact, lines }) => {
    const shown = lines.map(
      (line) => `    ${instantText(line.atMs)}  ${line.event === null ? '' : `${eventName(line.event)}: `}${line.words} = ${rationalText(line.amount)}\n`,
    );
    return `  ${column} ${money(bill.columns[column])}: ${rationalText(exact)} rounded once, half up (I-ROUND)\n${shown.join('')}`;
  });
  const events = firings.map(({ atMs, words }) => `    ${instantText(atMs)}  ${words}\n`);
  const credit = bill.creditIn === 0n ? '' : `, less ${money(bill.creditIn)} carried over (I-CARRY)`;
  const discount = bill.columns.discount_this_cycle === 0n ? '' : `, less ${money(bill.columns.discount_this_cycle)} discount`;
  const honoured = bill.columns.quote_honoured === 0n ? '' : `, less ${money(bill.columns.quote_honoured)} quote honoured`;
  return (
    `${instantText(bill.startMs)} to ${instantText(bill.endMs)}: due ${money(bill.amountDue)}\n${parts.join('')}` +
    `${events.length === 0 ? '' : `  what changed\n${events.join('')}`}` +
    `  due: ${money(bill.subtotal)} subtotal${discount}${honoured}${credit}${bill.creditOut === 0n ? '' : `; ${money(bill.creditOut)} goes on to the next cycle`}\n`
  );
}
