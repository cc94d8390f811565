import { parseArgs } from 'node:util';
import { ATTRIBUTE_NAMES } from '../domain/rating/formula-ast.ts';
import { quoteUse } from '../domain/rating/quote-use.ts';
import { decimalText, rationalText } from '../units/rational.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readRatingInput } from './price-input.ts';
import { EXIT } from './subcommand.ts';

/** ackbox price quote: what the next use will cost, before it is confirmed. */
export const priceQuote: PriceAction = async (argv, io) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      usage: { type: 'string' },
      at: { type: 'string' },
      seconds: { type: 'string', default: '0' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  });
  const durationMs = Math.round(Number(values.seconds) * 1_000);
  if (values.model === undefined || values.usage === undefined || values.at === undefined || !Number.isSafeInteger(durationMs) || durationMs < 0) {
    io.err('ackbox price quote needs --model MODEL.xml, --usage USAGE.json and --at TIME; --seconds N is how long the use will be.\n');
    return EXIT.usage;
  }
  const { model, currency, history } = await readRatingInput(values.model, values.usage, values.at, values.strict, io);
  if (history.untilMs < history.startMs) throw new PriceInputError('--at lies before the licence begins');
  const quote = quoteUse(model, history, history.untilMs, durationMs);
  if (!quote.ok) throw new PriceInputError(quote.error.message);
  const { priceMinor, attributes, offerMinor } = quote.value;
  const price = decimalText(priceMinor, model.digits);
  const inForce = Object.fromEntries(
    ATTRIBUTE_NAMES.filter((name) => attributes[name].value.n !== 0n).map((name) => [name, rationalText(attributes[name].value)]),
  );
  const offer = offerMinor === null ? null : decimalText(offerMinor, model.digits);
  if (values.json) io.out(`${JSON.stringify({ price, currency, in_force: inForce, alternate_payment: offer })}\n`);
  else {
    const terms = Object.entries(inForce).map(([name, value]) => `  ${name} ${value}\n`);
    io.out(
      `this use: at most ${price} ${currency}\nin force:\n${terms.join('')}${offer === null ? '' : `instead: ${offer} ${currency} once (alternate payment)\n`}`,
    );
  }
  return EXIT.ok;
};
