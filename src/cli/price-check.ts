import { parseArgs } from 'node:util';
import { type ModelReading, readModels } from '../authoring/pricing/read-model.ts';
import { findingText } from './finding-text.ts';
import { readModelFile } from './model-file.ts';
import type { PriceAction } from './price-action.ts';
import { EXIT } from './subcommand.ts';

/** `ackbox price check`: whether a document is a pricing model, and what to do where it is not. */
export const priceCheck: PriceAction = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { lenient: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const [path, extra] = positionals;
  if (path === undefined || extra !== undefined) {
    io.err('usage: ackbox price check MODEL.xml [--lenient] [--json]\n');
    return EXIT.usage;
  }
  const file = await readModelFile(path);
  if ('problem' in file) {
    io.err(`ackbox: ${file.problem}\n`);
    return EXIT.usage;
  }
  const reading = readModels(file.bytes, values.lenient ? 'lenient' : 'strict');
  io.out(values.json ? `${JSON.stringify(readingJson(reading))}\n` : readingText(path, reading));
  return reading.valid ? EXIT.ok : EXIT.failed;
};

function readingJson(reading: ModelReading): unknown {
  const { valid, errors, warnings, repairs, models } = reading;
  return { valid, errors, warnings, repairs, models: models.map(({ modelId, currency }) => ({ id: modelId, currency })) };
}

function readingText(path: string, reading: ModelReading): string {
  const { source, errors, warnings, repairs } = reading;
  const parts = [
    ...repairs.map((repair) => findingText(path, 'repair', repair, source)),
    ...warnings.map((warning) => findingText(path, 'warning', warning, source)),
    ...errors.map((error) => findingText(path, 'error', error, source)),
    verdict(path, reading),
  ];
  return `${parts.join('\n')}\n`;
}

function verdict(path: string, { valid, models, errors, warnings, repairs }: ModelReading): string {
  const counted = [count(errors.length, 'error'), count(warnings.length, 'warning'), count(repairs.length, 'repair')].join(', ');
  const holds = models.length === 1 ? `pricing model ${models[0]?.modelId ?? ''}` : `${models.length} pricing models`;
  return valid ? `${path} is valid: ${holds} (${counted}).` : `${path} is not valid (${counted}).`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
