import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readModels } from '../authoring/pricing/read-model.ts';
import type { CompiledModel } from '../domain/rating/compiled-model.ts';
import { type PreparedModel, prepareModel } from '../domain/rating/prepared-model.ts';
import type { LicenceHistory } from '../domain/rating/rate-history.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import { instantText, parseInstant, readUsageFile } from '../wire/rating-json.ts';
import { readModelFile } from './model-file.ts';
import type { CommandIo } from './subcommand.ts';

/** A file the user named is not what it should be; the message says which and why. */
export class PriceInputError extends Error {}

export interface RatingInput {
  readonly model: PreparedModel;
  readonly currency: string;
  readonly history: LicenceHistory;
  readonly conflicts: readonly string[];
}

/**
 * What rate and explain are asked: `--model FILE --usage FILE --until TIME [--strict] [--json]`; null where one is missing, which is
 * then said. Throws as readRatingInput.
 */
export async function readRatingCall(name: string, argv: readonly string[], io: CommandIo): Promise<(RatingInput & { readonly json: boolean }) | null> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      usage: { type: 'string' },
      until: { type: 'string' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { model, usage, until, strict, json } = values;
  if (model === undefined || usage === undefined || until === undefined) {
    io.err(`ackbox price ${name} needs --model MODEL.xml, --usage USAGE.json and --until TIME.\n`);
    return null;
  }
  const input = await readRatingInput(model, usage, until, strict, io);
  const { startMs, untilMs } = input.history;
  if (untilMs < startMs) io.err(`warning: ${until} lies before the licence begins (${instantText(startMs)}): nothing is billed by then\n`);
  return { ...input, json };
}

/** Reads a model and a usage file, for rate, explain and quote. Repairs and warnings of lenient reading go to stderr. */
export async function readRatingInput(modelPath: string, usagePath: string, until: string, strict: boolean, io: CommandIo): Promise<RatingInput> {
  const usage = readUsageFile(await readJsonFile(usagePath));
  if (!usage.ok) throw new PriceInputError(`${usagePath}: ${usage.error.message}`);
  const zone = openZone(usage.value.timeZone);
  if (!zone.ok) throw new PriceInputError(`${usagePath}: ${zone.error.message}`);
  const untilMs = parseInstant(until);
  if (untilMs === null) throw new PriceInputError(`${JSON.stringify(until)} is not a time like 2026-03-28T00:00:00Z`);
  const source = await readModel(modelPath, strict, io);
  if (source.currency !== null && source.currency !== usage.value.currency) {
    throw new PriceInputError(`the model charges ${source.currency}, the usage file is in ${usage.value.currency}: they must be the same (A-36)`);
  }
  const model = prepareModel(source, usage.value.currency);
  const conflicts = usage.value.conflicts();
  for (const id of conflicts) io.err(`warning: ${usagePath}: two events have the id ${JSON.stringify(id)} and differ; only the first of them counts\n`);
  const history = { startMs: usage.value.licenceStartMs, zone: zone.value, events: usage.value.events, untilMs };
  return { model, currency: usage.value.currency, history, conflicts };
}

/** The one model of a file. Repairs and warnings of lenient reading go to stderr. */
export async function readModel(path: string, strict: boolean, io: CommandIo): Promise<CompiledModel> {
  const file = await readModelFile(path);
  if ('problem' in file) throw new PriceInputError(file.problem);
  const reading = readModels(file.bytes, strict ? 'strict' : 'lenient');
  const [error] = reading.errors;
  const [model] = reading.models;
  if (error !== undefined || model === undefined) {
    throw new PriceInputError(`${path}: ${error === undefined ? 'holds no model' : `line ${error.line}, column ${error.column}: ${error.message}`}`);
  }
  if (reading.models.length > 1) throw new PriceInputError(`${path}: holds ${reading.models.length} models; give one`);
  for (const repair of reading.repairs) io.err(`repaired: ${path}: line ${repair.line}: ${repair.message}\n`);
  for (const warning of reading.warnings) io.err(`warning: ${path}: line ${warning.line}: ${warning.message}\n`);
  return model;
}

/** One model out of XML text, read leniently; null where it cannot be read. */
export function readModelText(xml: string): CompiledModel | null {
  return readModels(xml, 'lenient').models[0] ?? null;
}

export async function readJsonFile(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBounded(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PriceInputError(`${path} is not JSON (${error instanceof Error ? error.message : 'unreadable'}); ackbox price --help shows what it holds`);
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  const unreadable = (error: unknown): never => {
    throw new PriceInputError(`${path} can not be read (${errorCode(error)}); name a file of JSON`);
  };
  const { size } = await stat(path).catch(unreadable);
  if (size > limits.usageFileBytes) throw new PriceInputError(`${path} has ${size} bytes; at most ${limits.usageFileBytes} are taken`);
  return await readFile(path).catch(unreadable);
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
