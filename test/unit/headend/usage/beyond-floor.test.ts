import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stateUse } from '../../../../device/loans/loan-statement.ts';
import type { LoanTerms } from '../../../../src/domain/licence/loan-terms.ts';
import { traceUsage } from '../../../../src/headend/usage/usage-trace.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { asId, type OutletId } from '../../../../src/units/ids.ts';
import type { OutboxRecord } from '../../../../src/wire/http-api.ts';
import { parseLoanTerms } from '../../../../src/wire/loan-text.ts';
import { type BoxUnderTest, knownBox, scratchFolder } from '../../../fakes/headend-on-localhost.ts';
import { LendingHeadend } from '../../../fakes/loan-scene.ts';

const PRICE = 100;
const GENERATION = '0b0e7a52-0000-4000-8000-000000000002';
const headend = new LendingHeadend();
let box: BoxUnderTest;
let terms: LoanTerms;
let termsText = '';
let round = 0;

beforeAll(async () => {
  await headend.open();
  await headend.addWork();
});
beforeEach(async () => {
  round += 1;
  await aBox('set-top');
});
afterAll(() => headend.remove());

/** With a floor of two and a half plays. */
async function aBox(profile: 'jukebox' | 'set-top'): Promise<void> {
  box = knownBox(headend.running, scratchFolder(), profile);
  headend.running.book.putSetting(`offline-floor-minor/${box.identity.outlet}`, String(2.5 * PRICE));
  const made = await box.api.checkOut(headend.works[0]?.id ?? '');
  const content = made.ok ? await box.api.loanContent(made.value.id) : made;
  const parsed = content.ok ? parseLoanTerms(content.value.terms) : null;
  if (!content.ok || parsed?.ok !== true) throw new Error('nothing was lent');
  termsText = content.value.terms;
  terms = parsed.value;
}

/** A use of the whole title as the box under test tells it, true or not. */
function use(sequence: number, heardThrough: number, onAccount = true): OutboxRecord {
  const playId = `r${round}p${sequence}`;
  const facts = { terms, termsText, playId, trialPackets: 0, paidPackets: terms.packets, heardMs: 12_000, endReason: 'finished', wallMs: 1 } as const;
  const stated = stateUse({ ...facts, paidBy: { onAccount, heardThrough } }, box.signer);
  const loanUse = { statement: stated.use.text, signature: stated.use.signature };
  const body = JSON.stringify({ EventType: 'USAGE', playId, loanUse });
  const when = { bootId: GENERATION, monotonicNs: String(sequence), wallMs: sequence, wallQuality: 'synced' } as const;
  return { sequence, kind: 'usage', body, bodyHash: sha256Hex(body), ...when };
}

async function report(...records: readonly OutboxRecord[]): Promise<readonly number[]> {
  const answer = await box.api.report({ generation: GENERATION, records: [...records], status: {}, commandResults: [] });
  if (!answer.ok) throw new Error(answer.error.message);
  expect(answer.value.acknowledgedThrough).toBe(records.at(-1)?.sequence);
  return answer.value.conflicts;
}

const earned = (): bigint => headend.running.book.ledgerTotalMinor();

test('what a box took offline beyond its floor is neither billed nor lost: it is set aside by name, and the rest is billed', async () => {
  const before = earned();
  expect(await report(use(1, 0), use(2, 0), use(3, 0), use(4, 0))).toEqual([3, 4]);
  expect(earned()).toBe(before + 200n);
  const { book } = headend.running;
  expect(traceUsage(book, `${box.identity.outlet}:${GENERATION}:3`).reason).toBe('quarantined-beyond-floor');
  expect(traceUsage(book, `r${round}p4`).reason).toBe('quarantined-beyond-floor');
  expect(book.conservationProblem()).toBeNull();
  const name = { outlet: asId<OutletId>(box.identity.outlet), generation: GENERATION, sequence: 3 };
  expect([book.billBeyondFloor(name), book.billBeyondFloor(name)]).toEqual([null, expect.stringContaining('set aside')]);
  expect(earned()).toBe(before + 300n);
  expect(traceUsage(book, `r${round}p3`).reason).toBe('quarantined-billed-beyond-floor');
  expect([book.conservationProblem(), book.auditLedger()]).toEqual([null, null]);
  expect(await report(use(5, 4))).toEqual([]);
  expect(earned()).toBe(before + 400n);
});

test('what the headend had heard of is not counted again, in whatever reports it comes', async () => {
  const before = earned();
  expect(await report(use(1, 0), use(2, 0))).toEqual([]);
  expect(await report(use(3, 2), use(4, 2))).toEqual([]);
  expect(earned()).toBe(before + 400n);
});

test('reports that follow one another tell of one time without the headend', async () => {
  expect(await report(use(1, 0), use(2, 0))).toEqual([]);
  expect(await report(use(3, 0))).toEqual([3]);
});

test('a box that says it had been answered what it only now delivers is not believed', async () => {
  expect(await report(use(1, 0), use(2, 1), use(3, 2))).toEqual([3]);
});

test('a report that is told again, as its answer was lost, changes nothing', async () => {
  const before = earned();
  const told = [use(1, 0), use(2, 0), use(3, 0)];
  expect(await report(...told)).toEqual([3]);
  expect(await report(...told)).toEqual([3]);
  expect(earned()).toBe(before + 200n);
  expect(headend.running.book.conservationProblem()).toBeNull();
});

test('what money in the box paid, and what guests paid a jukebox, is under no floor', async () => {
  expect(await report(use(1, 0, false), use(2, 0, false), use(3, 0, false))).toEqual([]);
  round += 1;
  await aBox('jukebox');
  expect(await report(use(1, 0), use(2, 0), use(3, 0))).toEqual([]);
});
