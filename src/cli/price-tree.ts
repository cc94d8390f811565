import { parseArgs } from 'node:util';
import { priceInTree } from '../domain/rating/pricing-tree.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { priceAnswer, readPricingTree } from '../wire/tree-json.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readJsonFile, readModelText } from './price-input.ts';
import { EXIT } from './subcommand.ts';

/** ackbox price tree: what a node of a pricing tree costs the holder of some licences. */
export const priceTree: PriceAction = async (argv, io) => {
  const { values } = parseArgs({
    args: [...argv],
    options: { tree: { type: 'string' }, licences: { type: 'string', default: '' }, use: { type: 'string' }, json: { type: 'boolean' } },
  });
  if (values.tree === undefined || values.use === undefined) {
    io.err('ackbox price tree needs --tree TREE.json and --use NODE; --licences A,B says what the user holds.\n');
    return EXIT.usage;
  }
  const json = await readJsonFile(values.tree);
  const tree = readPricingTree(json, readModelText);
  if (!tree.ok) throw new PriceInputError(`${values.tree}: ${tree.error.message}`);
  const licences = new Set(values.licences.split(',').filter((licence) => licence !== ''));
  const price = priceInTree(tree.value, licences, values.use);
  if (!price.ok) throw new PriceInputError(price.error.message);
  const answer = priceAnswer(price.value, currencyDigits(json));
  io.out(values.json ? `${JSON.stringify(answer)}\n` : `${typeof answer.price === 'string' ? answer.price : JSON.stringify(answer.price)}\n`);
  return EXIT.ok;
};

function currencyDigits(json: unknown): number {
  const currency = typeof json === 'object' && json !== null && 'currency' in json ? String(json.currency) : 'USD';
  const digits = minorDigitsOf(currency);
  if (digits === null) throw new PriceInputError(`${JSON.stringify(currency)} is not a currency of ISO 4217`);
  return digits;
}
