/** Fractions for the oracle: written apart from src/units/rational.ts on purpose. Always in lowest terms, denominator positive. */
export class Fraction {
  readonly top: bigint;
  readonly bottom: bigint;

  constructor(top: bigint, bottom: bigint = 1n) {
    this.top = top;
    this.bottom = bottom;
    if (bottom === 1n) return;
    let [a, b] = [top < 0n ? -top : top, bottom < 0n ? -bottom : bottom];
    while (b > 0n) [a, b] = [b, a % b];
    const common = (a === 0n ? 1n : a) * (bottom < 0n ? -1n : 1n);
    this.top = top / common;
    this.bottom = bottom / common;
  }

  static readonly zero = new Fraction(0n);

  /** `-12.50`, `3` or `7/3`. */
  static of(text: string): Fraction {
    const [above = '0', below] = text.split('/');
    if (below !== undefined) return new Fraction(BigInt(above), BigInt(below));
    const [whole = '0', part = ''] = above.replace('-', '').split('.');
    const value = new Fraction(BigInt(whole + part), 10n ** BigInt(part.length));
    return above.startsWith('-') ? Fraction.zero.minus(value) : value;
  }

  plus(other: Fraction): Fraction {
    if (other.top === 0n) return this;
    return new Fraction(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom);
  }

  minus(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom - other.top * this.bottom, this.bottom * other.bottom);
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.top * other.top, this.bottom * other.bottom);
  }

  over(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom, this.bottom * other.top);
  }

  atLeast(other: Fraction): boolean {
    return this.top * other.bottom >= other.top * this.bottom;
  }

  isZero(): boolean {
    return this.top === 0n;
  }

  /** To so many decimals, halves away from zero. */
  rounded(digits: number): Fraction {
    const scale = 10n ** BigInt(digits);
    const [magnitude, sign] = this.top < 0n ? [-this.top, -1n] : [this.top, 1n];
    const doubled = (magnitude * scale * 2n) / this.bottom;
    return new Fraction(sign * ((doubled + 1n) / 2n), scale);
  }

  /** Exact decimal text of a figure that was rounded to so many digits. */
  text(digits: number): string {
    const minor = (this.top * 10n ** BigInt(digits)) / this.bottom;
    const digitsText = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
    const point = digitsText.length - digits;
    return `${minor < 0n ? '-' : ''}${digitsText.slice(0, point)}${digits > 0 ? '.' : ''}${digitsText.slice(point)}`;
  }
}
