const BLOCK_BYTES = 512;

export interface TarEntry {
  /** At most 100 bytes, relative. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * An archive of plain files in the ustar form (POSIX.1-1988), each readable by its owner only.
 * @param seconds the time of every file, since 1970
 */
export function writeTar(entries: readonly TarEntry[], seconds: number): Uint8Array {
  const parts = entries.flatMap(({ name, bytes }) => [headOf(name, bytes.length, seconds), bytes, new Uint8Array(-bytes.length & (BLOCK_BYTES - 1))]);
  parts.push(new Uint8Array(2 * BLOCK_BYTES));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function headOf(name: string, size: number, seconds: number): Uint8Array {
  const head = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => head.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put(0, name);
  put(100, `${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(Math.max(0, Math.floor(seconds)), 11)}\0`);
  // The sum is made as if its own eight places were blanks.
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = head.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return head;
}
