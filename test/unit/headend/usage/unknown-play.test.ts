import { expect, it, onTestFinished } from 'vitest';
import type { ClosingStatement } from '../../../../src/domain/credit/statements.ts';
import { recordsBody } from '../../../../src/headend/operator/audit-pages.ts';
import { acceptReport } from '../../../../src/headend/usage/usage-gateway.ts';
import { traceUsage } from '../../../../src/headend/usage/usage-trace.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import { bookFixture, enrol, enrolKey, offeredSession, record, statementOf } from '../stores/book-fixture.ts';

const GENERATION = 'g';

/** A headend whose book is older than what its box plays: the play was sold after the backup. */
function restored() {
  const fixture = bookFixture();
  onTestFinished(() => fixture.remove());
  const { book, clock } = fixture;
  const [device, headend] = [generateDeviceKey().signer, generateDeviceKey().signer];
  const outlet = enrolKey(book, device.publicKey);
  const play = offeredSession(outlet, 'song');
  const tell = async (sequence: number, over: Partial<ClosingStatement> = {}, signer = device): Promise<void> => {
    const text = canonicalJson(statementOf(play, 250, 1_500, over));
    const signed = record(sequence, canonicalJson({ statement: text, signature: toHex(signer.sign(new TextEncoder().encode(text))) }), 'receipt');
    const heard = record(sequence + 1, JSON.stringify({ EventType: 'USAGE', playId: play.playId, TitleDomain: `work:${play.work}` }), 'usage');
    const log = { info: () => {}, warn: () => {} };
    const deps = { usage: book, registry: book, quarantine: book, commands: book, signer: headend, clock, log, stream: { fence: async () => {} } };
    const told = await acceptReport(deps, outlet, { generation: GENERATION, records: [signed, heard], status: {}, commandResults: [] });
    expect(told).toMatchObject({ ok: true, value: { settlements: [{ agreed: false }] } });
  };
  const name = (sequence: number) => ({ outlet: outlet.outlet, generation: GENERATION, sequence });
  const wrong = () => [fixture.book.auditLedger(), fixture.book.conservationProblem()];
  return { fixture, book, outlet, play, tell, name, wrong };
}

it('bills a play that the backup did not know as its box signed it: once, to the account of the box, under the title that was heard', async () => {
  const { fixture, outlet, play, tell, name, wrong } = restored();
  let { book } = fixture;
  await tell(1);
  expect([book.ledgerTotalMinor(), ...book.unknownPlays(9)]).toMatchObject([0n, { playId: play.playId, chargedMinor: '50', decision: null }]);
  expect(book.settleUnknownPlay(name(1), 'billed')).toMatchObject({ ok: true, value: { chargedMinor: '50', currency: 'EUR', decision: 'billed' } });
  book = fixture.reopen();
  for (const decision of ['billed', 'waived'] as const)
    expect(book.settleUnknownPlay(name(1), decision)).toMatchObject({ ok: false, error: { code: 'not-settled', message: expect.stringMatching(/before/) } });
  expect(book.ledgerTotalMinor()).toBe(50n);
  expect(wrong()).toEqual([null, null]);
  expect(book.accountLines(outlet.account, 9)).toMatchObject([{ minor: 50n }]);
  expect(book.revenue({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })).toMatchObject([{ work: play.work, chargedMinor: '50', quotedMinor: '100' }]);
  expect(book.billOf(play.playId)).toMatchObject({ chargedMinor: '50', transfers: [`unknown-play:${play.playId}`] });
  expect(traceUsage(book, `${outlet.outlet}:${GENERATION}:1`).records[0]?.quarantined).toEqual(['billed-statement']);
  expect(book.operatorActions(9)).toMatchObject([{ who: 'owner', action: 'billed unknown play', about: expect.stringContaining('50 minor units EUR') }]);
});

it('waives such a play without money, once, and says so', async () => {
  const { book, tell, name, wrong } = restored();
  await tell(1);
  expect(book.settleUnknownPlay(name(1), 'waived')).toMatchObject({ ok: true, value: { decision: 'waived' } });
  expect(book.settleUnknownPlay(name(1), 'billed')).toMatchObject({ ok: false, error: { code: 'not-settled' } });
  expect([book.ledgerTotalMinor(), ...wrong()]).toEqual([0n, null, null]);
  expect(book.operatorActions(9)).toMatchObject([{ action: 'waived unknown play' }]);
});

it('bills a play once, under whatever numbers its statement was told', async () => {
  const { book, tell, name, wrong } = restored();
  await tell(1);
  await tell(3);
  expect(book.settleUnknownPlay(name(1), 'billed').ok).toBe(true);
  expect(book.settleUnknownPlay(name(3), 'billed')).toMatchObject({ ok: false, error: { message: expect.stringMatching(/billed before/) } });
  expect([book.ledgerTotalMinor(), ...wrong()]).toEqual([50n, null, null]);
});

it('bills no statement that another key signed, that charges less than nothing, or that nobody told', async () => {
  const { book, tell, name, wrong } = restored();
  await tell(1, {}, generateDeviceKey().signer);
  await tell(3, { playId: 'other', chargedMinor: '-50', refundMinor: '150' });
  for (const sequence of [1, 3]) expect(book.settleUnknownPlay(name(sequence), 'billed')).toMatchObject({ ok: false, error: { code: 'not-settled' } });
  for (const sequence of [2, 9]) expect(book.settleUnknownPlay(name(sequence), 'billed')).toMatchObject({ ok: false, error: { code: 'not-set-aside' } });
  expect([book.ledgerTotalMinor(), ...wrong()]).toEqual([0n, null, null]);
});

it('leaves a play that the headend knows to its terms, also where another box tells of it', async () => {
  const { book, play, tell, name, wrong } = restored();
  const { outlet, account } = enrol(book, 9);
  book.openSession({ ...play, outlet, account });
  await tell(1);
  expect([book.unknownPlays(9), book.quarantined(9)]).toMatchObject([[], [{ code: 'statement-refused' }]]);
  expect(book.settleUnknownPlay(name(1), 'billed')).toMatchObject({ ok: false, error: { message: expect.stringMatching(/terms decide/) } });
  expect([book.ledgerTotalMinor(), ...wrong()]).toEqual([0n, null, null]);
});

it('shows the operator what each costs and how it is settled, then what was decided', async () => {
  const { book, outlet, tell, name } = restored();
  await tell(1, { playId: '<b>' });
  const page = (): string => recordsBody({ records: [], quarantined: [], unknownPlays: book.unknownPlays(9) }).text;
  expect(page()).toContain(`${outlet.outlet}:${GENERATION}:1</code></td><td>open`);
  expect(page()).toContain('&lt;b&gt;');
  book.settleUnknownPlay(name(1), 'waived');
  expect(page()).toContain('waived');
  expect(page()).not.toContain('open</td>');
});
