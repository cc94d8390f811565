import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { SessionId } from '../../../../src/units/ids.ts';
import { asId } from '../../../../src/units/ids.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { bookFixture, enrol } from './book-fixture.ts';

const ROUNDS = 20;
const CHILD = fileURLToPath(new URL('./evening-child.ts', import.meta.url));

/** Lets the child work until it has said `lines` things, kills it in the middle of the next, and returns what it acknowledged. */
async function runAndKill(path: string, lines: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CHILD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

it(`loses nothing acknowledged and bills nothing twice in ${ROUNDS} kills`, async () => {
  const fixture = bookFixture();
  onTestFinished(() => fixture.remove());
  const outlet = enrol(fixture.book);
  fixture.book.close();
  const random = new SeededRandom(20_261_121);
  const settled = new Set<SessionId>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const said = await runAndKill(fixture.path, 1 + Math.floor(random.fraction() * 25));
    const book = fixture.reopen();
    for (const line of said.filter((text) => text.startsWith('settled '))) settled.add(asId(line.slice('settled '.length)));
    const acknowledged = said.reduce((most, line) => (line.startsWith('records ') ? Math.max(most, Number(line.slice('records '.length))) : most), 0);
    const bills = book.bills(100_000);
    expect(book.recordCount(outlet.outlet).total).toBeGreaterThanOrEqual(acknowledged);
    expect(book.recentRecords(100_000)).toHaveLength(book.recordCount(outlet.outlet).total);
    expect([...settled].filter((sid) => !bills.some((bill) => bill.sid === sid))).toEqual([]);
    expect(book.ledgerTotalMinor()).toBe(50n * BigInt(bills.length));
    expect(book.auditLedger()).toBeNull();
    book.close();
  }
  fixture.reopen();
  expect(settled.size).toBeGreaterThan(ROUNDS);
  expect(fixture.book.quarantined(10)).toEqual([]);
}, 180_000);
