import { parseArgs } from 'node:util';
import { readModels } from '../authoring/pricing/read-model.ts';
import { compareModels, type ModelDifference } from '../domain/rating/compare-models.ts';
import type { CompiledModel } from '../domain/rating/compiled-model.ts';
import { findingText } from './finding-text.ts';
import { readModelFile } from './model-file.ts';
import type { PriceAction } from './price-action.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** `ackbox price compare`: what charges differently in B than in A. */
export const priceCompare: PriceAction = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { lenient: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const [left, right, extra] = positionals;
  if (left === undefined || right === undefined || extra !== undefined) {
    io.err('usage: ackbox price compare A.xml B.xml [--lenient] [--json]\n');
    return EXIT.usage;
  }
  const models = [await readOne(left, values.lenient, io), await readOne(right, values.lenient, io)];
  const [before, after] = models;
  if (before === null || before === undefined || after === null || after === undefined) return EXIT.failed;
  const differences = compareModels(before, after);
  const report = { a: before.modelId, b: after.modelId, same: differences.length === 0, differences };
  io.out(values.json ? `${JSON.stringify(report)}\n` : comparisonText(before, after, differences));
  return EXIT.ok;
};

function comparisonText(before: CompiledModel, after: CompiledModel, differences: readonly ModelDifference[]): string {
  const names = `${before.modelId} and ${after.modelId}`;
  if (differences.length === 0) return `${names} charge the same for every history.\n`;
  return `${names} differ in ${differences.length} ${differences.length === 1 ? 'point' : 'points'}:\n${differences.map(({ words }) => `  ${words}\n`).join('')}`;
}

/** The one model of a file; null where there is not exactly one, after saying why. */
async function readOne(path: string, lenient: boolean, io: CommandIo): Promise<CompiledModel | null> {
  const file = await readModelFile(path);
  if ('problem' in file) {
    io.err(`ackbox: ${file.problem}\n`);
    return null;
  }
  const { errors, repairs, models, source } = readModels(file.bytes, lenient ? 'lenient' : 'strict');
  for (const repair of repairs) io.err(`${findingText(path, 'repair', repair, source)}\n`);
  for (const error of errors) io.err(`${findingText(path, 'error', error, source)}\n`);
  const [model] = models;
  if (models.length > 1) io.err(`ackbox: ${path} holds ${models.length} models; put the one to compare into a file of its own.\n`);
  return models.length === 1 && model !== undefined ? model : null;
}
