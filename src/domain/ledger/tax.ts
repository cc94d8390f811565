import { decimalText } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** What of a price is tax: prices are gross (ruling 46). */
export interface TaxRate {
  /** As the receipt calls it, such as VAT. */
  readonly name: string;
  /** Thousandths of a percent: 7.7 % is 7,700. */
  readonly milliPercent: number;
}

const WHOLE = 100_000n;
const MILLI_DIGITS = 3;
const NAME_MAX = 20;

/**
 * The tax that is in a gross amount: gross x rate / (100 % + rate), exact, rounded once, half a minor unit up (`half-up`). The net is what is
 * left, so both together are the gross, always.
 * @param grossMinor not negative
 */
export function includedTax(grossMinor: bigint, { milliPercent }: TaxRate): { readonly taxMinor: bigint; readonly netMinor: bigint } {
  const rate = BigInt(milliPercent);
  const base = WHOLE + rate;
  const taxMinor = (2n * grossMinor * rate + base) / (2n * base);
  return { taxMinor, netMinor: grossMinor - taxMinor };
}

/** @param percent `19`, `7.7` or `0` */
export function makeTaxRate(percent: string, name: string): Result<TaxRate, Fault<'bad-tax'>> {
  const [, whole, part = ''] = /^(\d{1,2}|100)(?:\.(\d{1,3}))?$/.exec(percent) ?? [];
  if (whole === undefined)
    return fault('bad-tax', `The rate is a percentage up to 100 with at most three decimals, such as 19 or 7.7; got ${percent.slice(0, 20)}.`);
  const milliPercent = Number(whole) * 1_000 + Number(part.padEnd(MILLI_DIGITS, '0'));
  if (milliPercent > Number(WHOLE)) return fault('bad-tax', 'The rate is at most 100 percent.');
  if (!/^[\p{L}\p{N} .-]+$/u.test(name) || name.length > NAME_MAX)
    return fault('bad-tax', `The name is 1 to ${NAME_MAX} letters, digits, dots and hyphens, such as VAT.`);
  return ok({ name, milliPercent });
}

/** `19 VAT`, as settings keep it. */
export function taxRateText(rate: TaxRate): string {
  return `${percentText(rate.milliPercent)} ${rate.name}`;
}

/** @returns null where there is none, or it can not be read */
export function parseTaxRate(text: string): TaxRate | null {
  const space = text.indexOf(' ');
  const rate = space < 0 ? null : makeTaxRate(text.slice(0, space), text.slice(space + 1));
  return rate?.ok === true ? rate.value : null;
}

/** `7.7` */
export function percentText(milliPercent: number): string {
  const text = decimalText(BigInt(milliPercent), MILLI_DIGITS);
  return text.replace(/\.?0+$/, '');
}

/** A receipt's number: the series, the book's generation and a count without gaps. A rebuilt book begins another generation, so no number comes twice. */
export function receiptNumber(series: string, generation: string, count: number): string {
  return [series, generation.replaceAll('-', '').slice(-6).toUpperCase(), String(count).padStart(6, '0')].join('-');
}

export function isReceiptSeries(text: string): boolean {
  return /^[A-Z0-9]{1,8}$/.test(text);
}
