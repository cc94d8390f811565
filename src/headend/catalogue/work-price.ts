import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { limits } from '../../limits.ts';
import { CURRENCIES, type Currency } from '../../units/money.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** What one play costs, in minor units as decimal text. */
export interface WorkPrice {
  readonly priceMinor: string;
  readonly currency: Currency;
  readonly free: boolean;
}

export const DEFAULT_PRICE: WorkPrice = { priceMinor: '50', currency: 'EUR', free: false };

const PriceFields = {
  priceMinor: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
  currency: Type.Optional(Type.Union(CURRENCIES.map((code) => Type.Literal(code)))),
  free: Type.Optional(Type.Boolean()),
};
const Price = Type.Object(PriceFields, { additionalProperties: false });
/** `ackbox.json`: a price for the whole folder, and for single files by name. */
const Sidecar = Type.Object({ ...PriceFields, files: Type.Optional(Type.Record(Type.String(), Price)) }, { additionalProperties: false });
type Sidecar = Static<typeof Sidecar>;

/**
 * Finds the price of each file: the tag `ackbox_price` (`free`, or minor units and currency: `50 EUR`), else `ackbox.json`
 * in its folder (by file name, then for the folder), else in a folder above up to the root, else the default. A sidecar that
 * cannot be understood is an error: nothing is sold at a guessed price.
 */
export class PriceBook {
  readonly #root: string;
  readonly #standard: WorkPrice;
  readonly #sidecars = new Map<string, Promise<Result<Sidecar, Fault<'price-unclear'>>>>();

  constructor(root: string, standard: WorkPrice = DEFAULT_PRICE) {
    this.#root = root;
    this.#standard = standard;
  }

  /** From the sidecars alone; a tag may still say otherwise. */
  async of(path: string): Promise<Result<WorkPrice, Fault<'price-unclear'>>> {
    const price = await this.#folder(dirname(path));
    if (!price.ok) return price;
    const own = await this.#sidecar(dirname(path));
    if (!own.ok) return own;
    return ok(refine(price.value, own.value.files?.[basename(path)]));
  }

  async #folder(folder: string): Promise<Result<WorkPrice, Fault<'price-unclear'>>> {
    const above = folder === this.#root || !folder.startsWith(this.#root) ? ok(this.#standard) : await this.#folder(dirname(folder));
    if (!above.ok) return above;
    const sidecar = await this.#sidecar(folder);
    return sidecar.ok ? ok(refine(above.value, sidecar.value)) : sidecar;
  }

  #sidecar(folder: string): Promise<Result<Sidecar, Fault<'price-unclear'>>> {
    const known = this.#sidecars.get(folder) ?? readSidecar(join(folder, 'ackbox.json'));
    this.#sidecars.set(folder, known);
    return known;
  }
}

/** `free`, or minor units and currency: `50 EUR`. Null for anything else. */
export function parsePrice(text: string, standard: WorkPrice = DEFAULT_PRICE): WorkPrice | null {
  if (text.toLowerCase() === 'free') return refine(standard, { free: true });
  const match = /^(\d{1,9}) ([A-Z]{3})$/.exec(text);
  const currency = CURRENCIES.find((code) => code === match?.[2]);
  return match?.[1] === undefined || currency === undefined ? null : refine(standard, { priceMinor: match[1], currency });
}

/** The price in a file's own tag, `standard` where it has none; a tag that cannot be understood is an error too. */
export function taggedPrice(tags: ReadonlyMap<string, string>, standard: WorkPrice): Result<WorkPrice, Fault<'price-unclear'>> {
  const text = tags.get('ackbox_price')?.trim() ?? '';
  const price = text === '' ? standard : parsePrice(text, standard);
  return price !== null ? ok(price) : fault('price-unclear', 'its tag ackbox_price states no price; write "free" or minor units and currency, as in "50 EUR"');
}

function refine(price: WorkPrice, fields: Static<typeof Price> | undefined): WorkPrice {
  const free = fields?.free ?? (fields?.priceMinor === undefined ? price.free : false);
  const priceMinor = free ? '0' : BigInt(fields?.priceMinor ?? price.priceMinor).toString();
  return { priceMinor, currency: fields?.currency ?? price.currency, free };
}

async function readSidecar(path: string): Promise<Result<Sidecar, Fault<'price-unclear'>>> {
  const wrong = (why: string) => fault('price-unclear', `ackbox.json beside it ${why}; write {"priceMinor": "50", "currency": "EUR"}`);
  try {
    if ((await lstat(path)).size > limits.sidecarBytes) return wrong('is too large');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? ok({}) : wrong('cannot be read');
  }
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Value.Check(Sidecar, value) ? ok(value) : wrong('does not state a price');
  } catch {
    return wrong('is not JSON');
  }
}
