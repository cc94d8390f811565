import { closeSync, openSync, writeSync } from 'node:fs';

export interface Lcd {
  show(row: 0 | 1, text: string): void;
  close(): void;
}

/** A display of the kernel (charlcd: an HD44780 on GPIO lines or I2C). It may have gone, and must never take the box with it. */
export function openKernelLcd(path: string, onTrouble: (message: string) => void): Lcd {
  const file = openSync(path, 'w');
  let over = false;
  const write = (bytes: string): void => {
    if (over) return;
    try {
      writeSync(file, Buffer.from(bytes, 'latin1'));
    } catch (thrown) {
      over = true;
      onTrouble(`The display ${path} is gone: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  write(`${CLEAR}${NO_CURSOR}`);
  return {
    show: (row, text) => write(`\x1b[Lx0y${row};${plain(text)}`),
    close() {
      write(CLEAR);
      closeSync(file);
    },
  };
}

/** Escape sequences of the kernel's charlcd driver. */
const CLEAR = '\x1b[2J\x1b[H';
const NO_CURSOR = '\x1b[Lc\x1b[Lb';

/** What the display's character set lacks becomes `?`. */
function plain(text: string): string {
  return [...text].map((character) => (character >= ' ' && character < '~' ? character : '?')).join('');
}
