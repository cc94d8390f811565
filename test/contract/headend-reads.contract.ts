import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advanceDomains } from '../../src/domain/usage/domain-time.ts';
import type { HeadendBook } from '../../src/headend/stores/headend-book.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow } from '../../src/ports/headend-stores.ts';
import { toHex } from '../../src/units/bytes.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { enrol, enrolKey, offeredSession, record, statementOf, work } from '../unit/headend/stores/book-fixture.ts';
import type { DurableBook } from './headend-desks.contract.ts';

const song = work('song');
const ALL = { fromMs: 0, toMs: 9_000_000_000_000 };
const MINUTE_NS = 60_000_000_000;

/** What is read back of what boxes delivered, whatever it is kept in: reports, traces, periods, what was set aside. */
export function headendReadsContract(name: string, make: () => DurableBook): void {
  describe(`what is read from the stores on ${name}`, () => {
    let subject: DurableBook;
    let outlet: OutletRow;
    const book = (): HeadendBook => subject.book();
    const body = (sequence: number, more: Readonly<Record<string, unknown>> = {}): string =>
      canonicalJson({
        ...{ AccountNo: outlet.account, OutletNo: outlet.outlet, Dttm: '2027-03-01T00:00:00Z', ConsumerId: null, EventType: 'USAGE', PlaceId: 'x' },
        ...{ TitleDomain: `work:${song.id}`, domains: ['session', `work:${song.id}`], EntryMethod: '3', NumberOfUsageDomains: 2, n: sequence, ...more },
      });
    const sent = (sequence: number, more: Readonly<Record<string, unknown>> = {}) => ({
      ...record(sequence, body(sequence, more)),
      monotonicNs: String(sequence * MINUTE_NS),
    });
    const deliver = (records: readonly ReturnType<typeof sent>[]) => book().intake(outlet.outlet, 'g', records, subject.nowMs());

    beforeEach(() => {
      subject = make();
      outlet = enrol(book());
      book().putWork(song, 'song');
    });
    afterEach(() => subject.remove());

    it('UsageTraceStore finds a record by its number, by what it is about, and what comes after it', () => {
      deliver([sent(1, { playId: 'p1' }), sent(2), sent(3, { eventId: 'e1', eventSource: 't' })]);
      subject.reopen();
      const [first] = book().recordsNamed({ outlet: null, generation: null, sequence: 1 });
      expect(first).toMatchObject({ sequence: 1, outlet: outlet.outlet, generation: 'g' });
      expect(first === undefined ? null : book().nextUsage(first)).toMatchObject({ sequence: 2 });
      expect(book().recordsNamed({ outlet: 'none', generation: null, sequence: 1 })).toEqual([]);
      expect([book().recordsAbout('p1', 9).length, book().recordsAbout('e1', 9).length, book().recordsAbout('none', 9).length]).toEqual([1, 1, 0]);
      expect([book().billOf('p1'), book().sourcesPast(3), book().sourcesPast(4)]).toEqual([null, 1, 0]);
    });

    it('QuarantineStore keeps a payload beside what stands, once, and it is found by its number', () => {
      deliver([sent(1)]);
      const other = sent(1, { other: true });
      for (const _ of [1, 2]) book().quarantine(outlet.outlet, 'g', other, 'conflict', 'another payload');
      subject.reopen();
      expect(book().quarantined(9)).toHaveLength(1);
      expect(book().quarantinedSequences(outlet.outlet, 'g', 9)).toEqual([1]);
      expect(book().quarantinedAs({ outlet: null, generation: null, sequence: 1 })).toHaveLength(1);
      expect(book().quarantinedAbout('p9')).toEqual([]);
      expect(book().billBeyondFloor({ outlet: outlet.outlet, generation: 'g', sequence: 1 })).not.toBeNull();
    });

    it('UnknownPlayStore bills the statement of a play that nobody agreed to, once, and remembers it', () => {
      const { signer } = generateDeviceKey();
      const box = enrolKey(book(), signer.publicKey);
      const text = canonicalJson(statementOf(offeredSession(box, 'song'), 250, 1_500));
      const told = record(1, canonicalJson({ statement: text, signature: toHex(signer.sign(new TextEncoder().encode(text))) }), 'receipt');
      const name = { outlet: box.outlet, generation: 'g', sequence: 1 };
      expect(book().settleUnknownPlay(name, 'billed')).toMatchObject({ ok: false, error: { code: 'not-set-aside' } });
      book().quarantine(box.outlet, 'g', told, 'statement-refused', 'unknown');
      expect(book().unknownPlays(9)).toMatchObject([{ chargedMinor: '50', decision: null }]);
      expect(book().settleUnknownPlay(name, 'billed').ok).toBe(true);
      subject.reopen();
      expect(book().unknownPlays(9)).toMatchObject([{ decision: 'billed' }]);
      expect(book().settleUnknownPlay(name, 'billed').ok).toBe(false);
      expect([book().ledgerTotalMinor(), book().auditLedger()]).toEqual([50n, null]);
    });

    it('UsageReportStore counts what was processed, never twice, and names what is missing', () => {
      deliver([1, 2, 3].map((sequence) => sent(sequence)));
      while (book().processRecords(9, advanceDomains) > 0) {}
      subject.reopen();
      expect(book().titleUse(ALL)).toMatchObject([{ title: song.title }]);
      expect(book().titleUse({ fromMs: 0, toMs: 1 })).toEqual([]);
      expect(book().profiles()).toMatchObject([{ domain: 'session', usedMs: 120_000 }, { usedMs: 120_000 }]);
      expect([book().gaps(), book().playLog(ALL), book().revenue(ALL), book().tax(ALL)]).toEqual([[], [], [], []]);
      expect(book().usageIn(ALL).flat()).toHaveLength(3);
      expect([book().dayUse(ALL).length > 0, book().conservation().length > 0, book().conservationProblem()]).toEqual([true, true, null]);
    });

    it('RetentionStore deletes what is over its time and processed, and the record of that balances', async () => {
      deliver([1, 2, 3].map((sequence) => sent(sequence)));
      book().putRetention('navigation', 1);
      const sweep = () => {
        while (book().sweepRetention(9) > 0) {}
      };
      await subject.advance(3 * 86_400_000);
      sweep();
      // Not processed yet: not gone. The newest stays in any case: the next one's time is counted from it.
      expect(book().recordsNamed({ outlet: null, generation: null, sequence: 1 })).toHaveLength(1);
      while (book().processRecords(9, advanceDomains) > 0) {}
      sweep();
      subject.reopen();
      expect(book().recordsNamed({ outlet: null, generation: null, sequence: 1 })).toEqual([]);
      expect(
        book()
          .retention()
          .find((row) => row.name === 'navigation'),
      ).toMatchObject({ days: 1, deleted: 2 });
      expect([book().profiles().length, book().conservationProblem()]).toEqual([2, null]);
    });

    it('OperatorStore and OperatorReportStore read a box as it reported itself, and settle a collection once', () => {
      deliver([sent(1)]);
      subject.reopen();
      expect(book().recentRecords(9)).toMatchObject([{ sequence: 1 }]);
      expect(book().generations(outlet.outlet)).toMatchObject([{ generation: 'g' }]);
      expect([book().outletStatus(outlet.outlet), book().bills(9), book().transfers(9), book().ledgerTotals()]).toMatchObject([null, [], [], []]);
      const key = { outlet: outlet.outlet, generation: 'g', sequence: 1 };
      expect([book().settleCollection(key, 'anna', ''), book().settleCollection(key, 'ben', '')]).toEqual([true, false]);
      expect([book().cashBy('day', 3), book().collections(9), book().faultsOf(outlet.outlet, 9)]).toMatchObject([[], [], []]);
    });

    it('SettlementStore refuses a rule that does not add up, and knows a location by its name', () => {
      expect(book().putSplitRule(null, [{ party: 'venue', perMille: 900 }])).not.toBeNull();
      expect(
        book().putSplitRule(outlet.location, [
          { party: 'venue', perMille: 600 },
          { party: 'artist', perMille: 400 },
        ]),
      ).toBeNull();
      book().putReturnSetting('service-name', 'Ackbox');
      subject.reopen();
      expect(book().splitRule(outlet.location)).toHaveLength(2);
      expect([book().returnSetting('service-name'), book().locationCalled(outlet.location), book().locationCalled('none')]).toEqual([
        'Ackbox',
        outlet.location,
        null,
      ]);
      expect([book().takings(ALL), book().performances(ALL)]).toEqual([[], []]);
    });

    it('CommandStore hands a command to its box until it has a result, from no other box; NonceStore spends a nonce once', () => {
      const id = book().putCommand(outlet.outlet, 'show');
      const other = enrol(book(), 2);
      book().putCommandResult(other.outlet, { id, ok: true, code: 'ok', text: '' });
      subject.reopen();
      expect(book().openCommands(outlet.outlet)).toEqual([{ id, line: 'show' }]);
      book().putCommandResult(outlet.outlet, { id, ok: true, code: 'ok', text: 'seen' });
      expect([book().openCommands(outlet.outlet), book().commandsOf(outlet.outlet, 9).length]).toEqual([[], 1]);
      expect([book().spendNonce('n', 100, 1), book().spendNonce('n', 100, 2)]).toEqual([true, false]);
      subject.reopen();
      expect(book().spendNonce('n', 100, 3)).toBe(false);
    });
  });
}
