import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKernelLcd } from '../../../../device/panel/kernel-lcd.ts';

test('writes each row at its place in the language of the kernel’s display driver', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-lcd-'));
  const path = join(folder, 'lcd');
  writeFileSync(path, '');
  const lcd = openKernelLcd(path, () => {});
  lcd.show(0, 'Café del Mar    ');
  lcd.show(1, 'OK: 1.00 EUR    ');
  lcd.close();
  const written = readFileSync(path, 'latin1');
  expect(written).toBe('\x1b[2J\x1b[H\x1b[Lc\x1b[Lb\x1b[Lx0y0;Caf? del Mar    \x1b[Lx0y1;OK: 1.00 EUR    \x1b[2J\x1b[H');
  rmSync(folder, { recursive: true });
});

test('a display that is gone is said once, and the box goes on', () => {
  const told: string[] = [];
  // A device that takes nothing: every write fails.
  const lcd = openKernelLcd('/dev/full', (message) => told.push(message));
  lcd.show(0, 'one');
  lcd.show(1, 'two');
  lcd.close();
  expect(told).toHaveLength(1);
});
