import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeadendBook } from '../../src/headend/stores/headend-book.ts';
import { limits } from '../../src/limits.ts';
import type { OutletRow, PaySessionRow } from '../../src/ports/headend-stores.ts';
import { asId } from '../../src/units/ids.ts';
import {
  countsOf,
  EVENT_ID,
  enrol,
  offeredSession,
  progressOf,
  receiptOf,
  record,
  records,
  settleWith,
  statementOf,
  work,
} from '../unit/headend/stores/book-fixture.ts';

export interface BookUnderTest {
  readonly book: HeadendBook;
  /** Turns the clock, at once. */
  advance(milliseconds: number): Promise<void>;
  remove(): void;
}

/** What every store of the headend promises, whatever it is made of. */
export function headendStoresContract(name: string, make: () => BookUnderTest): void {
  describe(`headend stores on ${name}`, () => {
    let subject: BookUnderTest;
    let book: HeadendBook;
    let outlet: OutletRow;
    let row: PaySessionRow;

    beforeEach(() => {
      subject = make();
      book = subject.book;
      outlet = enrol(book);
      row = book.openSession(offeredSession(outlet, 'song'));
    });
    afterEach(() => subject.remove());

    const play = (trial: number, paid: number): void => {
      book.putConfirmation(row.sid, EVENT_ID);
      book.mergeProgress([progressOf(row, trial, paid)]);
    };

    describe('CatalogueStore', () => {
      it('gives back a work as it was put', () => {
        const song = work('song', { cover: 'c'.repeat(64) });
        book.putWork(song, 'source-1');
        expect(book.work(asId(song.id))).toEqual(song);
        expect(book.works()).toEqual([song]);
      });

      it('gives back a film with its renditions, and their places, however often it is put', () => {
        const renditions = [
          { name: 'h264-360', codec: 'h264', width: 640, height: 360 },
          { name: 'hevc-360', codec: 'hevc', width: 640, height: 360 },
        ] as const;
        const film = { ...work('film'), segments: ['1', '2', '3'].map((digit) => digit.repeat(64)), video: { packetMs: 8, renditions: [...renditions] } };
        const [h264, hevc] = [
          { name: 'h264-360', segments: film.segments.slice(0, 2), starts: [0, 630], accessPoints: [0, 157, 630] },
          { name: 'hevc-360', segments: film.segments.slice(2), starts: [0], accessPoints: [0, 160] },
        ];
        book.putWork(film, 'film-1', [h264, hevc]);
        book.putWork({ ...film, priceMinor: '900' }, 'film-1');
        expect(book.work(asId(film.id))).toEqual({ ...film, priceMinor: '900' });
        expect(book.rendition(asId(film.id), 'h264-360')).toEqual(h264);
        expect(book.rendition(asId(film.id), 'hevc-360')).toEqual(hevc);
        expect(book.rendition(asId(film.id), 'hevc-2160')).toBeNull();
      });

      it('retires what the same source made before, and keeps its segments while somebody hears it', () => {
        const [old, young] = [work('song'), work('song, again')];
        book.putWork(old, 'source-1');
        book.putWork(young, 'source-1');
        expect(book.works().map((entry) => entry.id)).toEqual([young.id]);
        expect(book.work(asId(old.id))?.retired).toBe(true);
        expect(book.unreferencedSegments()).toEqual([]);
        expect(settleWith(book, statementOf(row, 0, 0)).agreed).toBe(true);
        expect(book.unreferencedSegments()).toEqual([...old.segments].sort());
      });

      it('keeps a work that two files made until both are gone, and revives it', () => {
        const song = work('twice');
        book.putWork(song, 'source-1');
        book.putWork(song, 'source-2');
        book.putWork(work('other'), 'source-1');
        expect(book.work(asId(song.id))?.retired).toBe(false);
        book.putWork(work('third'), 'source-2');
        expect(book.work(asId(song.id))?.retired).toBe(true);
        book.putWork(song, 'source-3');
        expect(book.work(asId(song.id))?.retired).toBe(false);
      });

      it('remembers what became of a source', () => {
        book.putSourceState('source-1', 'mtime', null, 'not audio');
        expect(book.sourceState('source-1')).toEqual({ fingerprint: 'mtime', workId: null, reason: 'not audio' });
        expect(book.sourceState('source-2')).toBeNull();
      });
    });

    describe('RegistryStore, sessions', () => {
      it('opens a play once', () => {
        const again = book.openSession({ ...offeredSession(outlet, 'other'), playId: row.playId });
        expect(again).toEqual(row);
        expect(book.openSessions()).toEqual([row]);
        expect(book.sessionByPlay(row.playId)).toEqual(row);
      });

      it('lets one of two resumes win', () => {
        const agreed = { counts: countsOf(250, 9), paidRanges: [[0, 5] as const, [6, 4] as const], lostPaid: 3 };
        expect(book.advanceEpoch(row.sid, 0, 1, 'a'.repeat(64), 'b'.repeat(64), agreed)).toBe(true);
        expect(book.advanceEpoch(row.sid, 0, 1, 'c'.repeat(64), 'd'.repeat(64), { counts: [], paidRanges: [], lostPaid: 0 })).toBe(false);
        expect(book.session(row.sid)).toMatchObject({ epoch: 1, paidRanges: agreed.paidRanges, lostPaid: 3 });
        expect(book.session(row.sid)?.counts).toEqual([...agreed.counts].reverse());
      });

      it('hears nothing more of an epoch that was fenced: what the resume agreed stands', () => {
        const agreed = { counts: countsOf(250, 9), paidRanges: [[0, 9] as const], lostPaid: 0 };
        book.advanceEpoch(row.sid, 0, 1, 'a'.repeat(64), 'b'.repeat(64), agreed);
        book.mergeProgress([progressOf(row, 250, 100)]);
        expect(book.session(row.sid)).toMatchObject({ paidRanges: agreed.paidRanges, counts: [...agreed.counts].reverse() });
      });

      it('merges progress by maximum, and passes over sessions it does not know', () => {
        const high = progressOf(row, 250, 100);
        book.mergeProgress([high, { ...high, sid: asId('f'.repeat(32)) }]);
        book.mergeProgress([progressOf(row, 100, 120, 300)]);
        const stored = book.session(row.sid);
        expect(stored).toMatchObject({ state: 'streaming', nextSequence: 350, paidRanges: [[0, 120]] });
        expect(stored?.counts).toEqual([...countsOf(250, 120)].reverse());
      });

      it('keeps the newest receipt and the maximum of each class', () => {
        book.mergeProgress([progressOf(row, 250, 100)]);
        book.putReceipt(row.sid, receiptOf(row, 250, 100, 7), Uint8Array.of(7), new Uint8Array(64));
        book.putReceipt(row.sid, receiptOf(row, 250, 50, 5), Uint8Array.of(5), new Uint8Array(64));
        expect(book.session(row.sid)?.receipt).toMatchObject({ bytes: Uint8Array.of(7), ackCounter: 7, counts: [...countsOf(250, 100)].reverse() });
      });

      it('keeps the first confirmation', () => {
        book.putConfirmation(row.sid, EVENT_ID);
        book.putConfirmation(row.sid, 'f'.repeat(32));
        expect(book.session(row.sid)?.confirmEventId).toBe(EVENT_ID);
      });
    });

    describe('RegistryStore, settlement', () => {
      it('bills exactly what was heard, once', () => {
        play(250, 1_500);
        expect(settleWith(book, statementOf(row, 250, 1_500))).toEqual({ agreed: true, chargedMinor: 50n, reason: '' });
        expect(settleWith(book, statementOf(row, 250, 1_500))).toEqual({ agreed: true, chargedMinor: 50n, reason: '' });
        expect(book.ledgerTotalMinor()).toBe(50n);
        expect(book.transfers(10)).toHaveLength(1);
        expect(book.transfers(10)[0]).toMatchObject({ key: `bill:${row.sid}:paid:0:50`, debit: 'account-debt', credit: 'earned', party: row.account });
        expect(book.session(row.sid)?.state).toBe('closed');
        expect(book.auditLedger()).toBeNull();
      });

      it('bills nothing for a declined trial, and closes it with a bill all the same', () => {
        book.mergeProgress([progressOf(row, 250, 0)]);
        expect(settleWith(book, statementOf(row, 250, 0, { endReason: 'trial-declined' }))).toMatchObject({ agreed: true, chargedMinor: 0n });
        expect(book.transfers(10)).toEqual([]);
        expect(book.bills(10)).toHaveLength(1);
        expect(book.auditLedger()).toBeNull();
      });

      it('gives back what was acknowledged and never heard', () => {
        play(0, 1_500);
        expect(settleWith(book, statementOf(row, 0, 1_500, { unheardPaidPackets: 30 })).chargedMinor).toBe(49n);
      });

      it.each([
        ['fewer packets than a receipt', (): Parameters<typeof statementOf> => [row, 250, 900], /receipt/],
        ['more packets than were sent', (): Parameters<typeof statementOf> => [row, 250, 1_500], /only 1250 were sent/],
        ['more unheard than the buffer holds', (): Parameters<typeof statementOf> => [row, 250, 1_000, { unheardPaidPackets: 54 }], /playout buffer/],
        ['more trial than the terms grant', (): Parameters<typeof statementOf> => [row, 1_501, 1_000], /trial/],
        ['another charge', (): Parameters<typeof statementOf> => [row, 250, 1_000, { chargedMinor: '32' }], /cost 33/],
        ['another play', (): Parameters<typeof statementOf> => [row, 250, 1_000, { playId: 'x' }], /another play/],
        ['an epoch that never was', (): Parameters<typeof statementOf> => [row, 250, 1_000, { epoch: 1 }], /epoch 1/],
        ['no confirmation', (): Parameters<typeof statementOf> => [row, 250, 1_000, { confirmEventId: null }], /confirmation/],
        ['one class twice', (): Parameters<typeof statementOf> => [row, 0, 0, { counts: [...countsOf(250, 1_000), ...countsOf(0, 0)] }], /twice/],
        ['an unknown price', (): Parameters<typeof statementOf> => [row, 0, 0, { counts: [{ node: 1, billingClass: 'paid', packets: 1_000 }] }], /price/],
      ])('refuses a statement with %s, in words, and leaves the play open', (_, made, words) => {
        play(250, 1_000);
        book.putReceipt(row.sid, receiptOf(row, 250, 1_000, 9), Uint8Array.of(1), new Uint8Array(64));
        const outcome = settleWith(book, statementOf(...made()));
        expect(outcome.agreed).toBe(false);
        expect(outcome.reason).toMatch(words);
        expect(book.session(row.sid)?.state).toBe('streaming');
        expect(book.ledgerTotalMinor()).toBe(0n);
        expect(settleWith(book, statementOf(row, 250, 1_000)).agreed).toBe(true);
      });

      it('refuses a second, different statement', () => {
        play(0, 1_500);
        settleWith(book, statementOf(row, 0, 1_500));
        expect(settleWith(book, statementOf(row, 0, 1_490))).toMatchObject({ agreed: false, chargedMinor: 50n });
        expect(book.bills(10)).toHaveLength(1);
      });

      it('tolerates one window that the last group commit before a crash did not hold', () => {
        play(0, 1_500);
        expect(settleWith(book, statementOf(row, 0, 1_550)).agreed).toBe(true);
      });
    });

    describe('AbandonmentStore', () => {
      const abandon = async (): Promise<void> => {
        play(250, 1_500);
        book.putReceipt(row.sid, receiptOf(row, 250, 1_200, 9), Uint8Array.of(1), new Uint8Array(64));
        await subject.advance(limits.sessionAbandonMs);
      };

      it('bills by the last receipt after the time is up, not before, and never a live one, whoever writes down what it does', async () => {
        await abandon();
        book.mergeProgress([progressOf(row, 250, 1_500)]);
        expect(book.sweepAbandoned()).toEqual([]);
        await subject.advance(limits.sessionAbandonMs);
        expect(book.sweepAbandoned(() => true)).toEqual([]);
        // Its time begins when it was last seen alive.
        await subject.advance(limits.sessionAbandonMs - 1);
        expect(book.sweepAbandoned()).toEqual([]);
        await subject.advance(1);
        expect(book.sweepAbandoned()).toEqual([row.sid]);
        expect(book.ledgerTotalMinor()).toBe(40n);
        expect(book.session(row.sid)?.state).toBe('abandoned');
        expect(book.auditLedger()).toBeNull();
      });

      it.each([
        [1_500, 0, 50n, 'bill'],
        [1_200, 53, 38n, 'adjustment'],
      ] as const)('posts only the difference when the statement of %i packets comes after all', async (paid, unheardPaidPackets, total, reason) => {
        await abandon();
        book.sweepAbandoned();
        expect(settleWith(book, statementOf(row, 250, paid, { unheardPaidPackets })).agreed).toBe(true);
        expect(book.ledgerTotalMinor()).toBe(total);
        expect(book.transfers(1)[0]?.reason).toBe(reason);
        expect(book.bills(10)).toHaveLength(1);
        expect(book.session(row.sid)?.state).toBe('closed');
        expect(book.auditLedger()).toBeNull();
      });
    });

    describe('UsageStore', () => {
      it('takes records gapless, and only up to a gap', () => {
        expect(book.intake(outlet.outlet, 'g', [...records(1, 3), ...records(5, 6)], 0)).toEqual({
          acknowledgedThrough: 3,
          accepted: records(1, 3),
          conflicts: [],
        });
        expect(book.intake(outlet.outlet, 'g', records(4, 6), 0).acknowledgedThrough).toBe(6);
        expect(book.recordCount(outlet.outlet)).toEqual({ total: 6, usage: 6 });
      });

      it('takes the same batch twice without doubling anything', () => {
        book.intake(outlet.outlet, 'g', records(1, 5), 0);
        expect(book.intake(outlet.outlet, 'g', records(1, 5), 0)).toEqual({ acknowledgedThrough: 5, accepted: [], conflicts: [] });
        expect(book.recordCount(outlet.outlet).total).toBe(5);
      });

      it('keeps both payloads of a conflict, reports it, and goes on', () => {
        book.intake(outlet.outlet, 'g', records(1, 3), 0);
        const outcome = book.intake(outlet.outlet, 'g', [record(2, '{"n":"other"}'), record(4)], 0);
        expect(outcome).toEqual({ acknowledgedThrough: 4, accepted: [record(4)], conflicts: [2] });
        book.intake(outlet.outlet, 'g', [record(2, '{"n":"other"}')], 0);
        expect(book.quarantined(10)).toHaveLength(1);
        expect(book.recentRecords(10).find((entry) => entry.sequence === 2)?.body).toBe('{"n":2}');
      });

      it('sets a damaged record aside in its place, and takes the rest', () => {
        const damaged = { ...record(2), body: '{"n":3}' };
        expect(book.intake(outlet.outlet, 'g', [record(1), damaged, record(3)], 0)).toMatchObject({ acknowledgedThrough: 3, conflicts: [2] });
        expect(book.quarantined(10)).toMatchObject([{ sequence: 2, code: 'body-hash' }]);
        expect(book.intake(outlet.outlet, 'g', [damaged], 0).conflicts).toEqual([2]);
        expect(book.quarantined(10)).toHaveLength(1);
      });

      it('starts anew with a new generation, and keeps boxes apart', () => {
        book.intake(outlet.outlet, 'g', records(1, 3), 0);
        expect(book.intake(outlet.outlet, 'h', records(1, 2), 0).acknowledgedThrough).toBe(2);
        expect(book.intake(enrol(book, 2).outlet, 'g', records(1, 1), 0).acknowledgedThrough).toBe(1);
        expect(book.recordCount(outlet.outlet).total).toBe(5);
      });
    });

    describe('OutletStore', () => {
      it('makes an outlet of a box that waits, once, and remembers it by its key', () => {
        expect(book.outletByKey(outlet.publicKey)).toEqual(outlet);
        expect(book.outlet(outlet.outlet)).toEqual(outlet);
        const { account, location } = book.defaults();
        expect(book.approveEnrolment(outlet.publicKey, account, location)).toEqual({ ok: true, value: outlet });
        expect(book.approveEnrolment(new Uint8Array(32), account, location).ok).toBe(false);
        expect(book.pendingEnrolments()).toEqual([]);
      });

      it('lets a bounded number wait, and forgets them when their codes expire', async () => {
        const request = (index: number): Parameters<HeadendBook['putEnrolment']>[0] => ({
          devicePublicKey: new Uint8Array(32).fill(100 + index),
          nonce: new Uint8Array(16),
          name: 'Bar',
          profile: 'jukebox',
          createdAtMs: 1_800_000_000_000,
        });
        for (let index = 0; index < limits.enrolmentPendingMax; index += 1) expect(book.putEnrolment(request(index)).ok).toBe(true);
        expect(book.putEnrolment(request(limits.enrolmentPendingMax)).ok).toBe(false);
        expect(book.pendingEnrolments()).toHaveLength(limits.enrolmentPendingMax);
        await subject.advance(limits.enrolmentCodeMs + 1);
        expect(book.pendingEnrolments()).toEqual([]);
        expect(book.putEnrolment({ ...request(0), createdAtMs: 1_800_003_600_001 }).ok).toBe(true);
      });

      it('finds an account and a location by id or name, and makes what is missing once', () => {
        const bar = book.accountNamed('Bar Ltd');
        expect(book.accountNamed('Bar Ltd')).toBe(bar);
        expect(book.accountNamed(bar)).toBe(bar);
        expect(book.locationNamed(book.defaults().location)).toBe(book.defaults().location);
        expect(book.locationNamed('Cellar')).toBe(book.locationNamed('Cellar'));
      });

      it('hands a command to its own box until it answers', () => {
        const id = book.putCommand(outlet.outlet, 'show status');
        expect(book.openCommands(outlet.outlet)).toEqual([{ id, line: 'show status' }]);
        book.putCommandResult(enrol(book, 2).outlet, { id, ok: true, code: '', text: '' });
        expect(book.openCommands(outlet.outlet)).toHaveLength(1);
        book.putCommandResult(outlet.outlet, { id, ok: true, code: '', text: 'fine' });
        expect(book.openCommands(outlet.outlet)).toEqual([]);
      });

      it('spends a nonce once', () => {
        expect(book.spendNonce('n', 100, 0)).toBe(true);
        expect(book.spendNonce('n', 100, 50)).toBe(false);
      });
    });
  });
}
