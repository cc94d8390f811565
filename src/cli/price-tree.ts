import { parseArgs } from 'node:util';
import { answerInTree } from '../wire/tree-json.ts';
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
  const licences = values.licences.split(',').filter((licence) => licence !== '');
  const answered = answerInTree(await readJsonFile(values.tree), readModelText, licences, values.use);
  if (!answered.ok) throw new PriceInputError(`${values.tree}: ${answered.error.message}`);
  const answer = answered.value;
  io.out(values.json ? `${JSON.stringify(answer)}\n` : `${typeof answer.price === 'string' ? answer.price : JSON.stringify(answer.price)}\n`);
  return EXIT.ok;
};
