import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Licence } from '../../src/domain/licence/licence.ts';
import { advanceDomains } from '../../src/domain/usage/domain-time.ts';
import type { HeadendBook } from '../../src/headend/stores/headend-book.ts';
import type { OutletRow } from '../../src/ports/headend-stores.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { enrol, record, records, work } from '../unit/headend/stores/book-fixture.ts';

export interface DurableBook {
  book(): HeadendBook;
  /** As after a restart: what was not durable is gone. */
  reopen(): void;
  /** Of the clock that the book goes by. */
  nowMs(): number;
  advance(milliseconds: number): Promise<void>;
  remove(): void;
}

const song = work('song');

function licenceOf(outlet: OutletRow, over: Partial<Licence> = {}): Licence {
  return {
    ...{ licence: 'l1', account: outlet.account, resource: song.id, resourceKind: 'work', modelHash: 'm', status: 'ready' },
    rights: { mode: 'continuous', pulseMs: 5_000, unlock: null, protection: 'aes-gcm-segments' },
    ...{ startMs: 1, endMs: 9_000, periodMs: 1_000, latestEndMs: null, licenceChangedAtMs: 1, statusChangedAtMs: 1, events: [] },
    ...over,
  };
}

/** What the stores behind the headend's desks promise, whatever they are made of: each promise holds over a restart. */
export function headendDesksContract(name: string, make: () => DurableBook): void {
  describe(`stores of the headend’s desks on ${name}`, () => {
    let subject: DurableBook;
    let outlet: OutletRow;
    const book = (): HeadendBook => subject.book();

    beforeEach(() => {
      subject = make();
      outlet = enrol(book());
      book().putWork(song, 'song');
    });
    afterEach(() => subject.remove());

    it('TrialStore: trials are granted so often a day and no oftener', () => {
      const grant = (day = '2027-03-01', holder = 'payer') => book().grantTrial(holder, song.id, day, 2);
      expect([grant(), grant()]).toEqual([true, true]);
      subject.reopen();
      expect([grant(), grant('2027-03-02'), grant('2027-03-01', 'another')]).toEqual([false, true, true]);
    });

    it('CheckoutStore: a checkout is kept with its events and its return, and one is alive for an account and a title', () => {
      const licence = licenceOf(outlet);
      book().openCheckout(licence);
      expect(() => book().openCheckout({ ...licence, licence: 'l2' })).toThrow();
      const event = { type: 'return', id: outlet.outlet, name: 'Bar', atMs: 5 } as const;
      const back = { ...licence, status: 'returned', endMs: 5, events: [event] } as const;
      book().putCheckout(back, { licence: 'l1', uses: 2, heardMs: 3, content: 'deleted', bytes: 4, copiesFound: 0 });
      subject.reopen();
      expect(book().checkout('l1')).toEqual(back);
      expect(book().returnOf('l1')).toMatchObject({ uses: 2, copiesFound: 0 });
      expect([book().checkoutOf(outlet.account, song.id), book().checkout('none')]).toEqual([null, null]);
      book().openCheckout({ ...licence, licence: 'l2', startMs: 7 });
      expect(
        book()
          .checkoutsOf(outlet.account, 9)
          .map((one) => one.licence),
      ).toEqual(['l2', 'l1']);
    });

    it('LoanStore: a loan keeps one secret, the newest terms of each box, and what came back, once', () => {
      book().openCheckout(licenceOf(outlet));
      const { secret, number } = book().loanKey('l1');
      expect([secret.length, number]).toEqual([32, 0]);
      book().notePulse('l1', 3);
      for (const hash of ['a', 'b', 'a']) book().putLoanTerms('l1', outlet.outlet, { termsHash: hash.repeat(64), terms: hash, signature: 's' });
      for (const segment of [0, 1, 1]) book().noteReturnedSegment('l1', segment);
      const { lendingRule } = book();
      expect(lendingRule(song.id)).toBeNull();
      const rule = { resourceKind: 'work', mode: 'intermittent', pulseMs: null, unlock: 'good', protection: 'none', periodMs: 1_000 } as const;
      book().putLendingRule(song.id, rule);
      subject.reopen();
      expect(book().loanKey('l1')).toEqual({ secret, number: 3 });
      expect(book().loanTerms('l1', outlet.outlet)).toMatchObject({ terms: 'b' });
      expect(book().loanTerms('l1', 'another box')).toBeNull();
      expect(book().returnedSegments('l1')).toBe(2);
      expect(book().lendingRule(song.id)).toEqual(rule);
    });

    it('GatewayStore: a gateway finds transactions in commit order, where each entity was, and what it refused', () => {
      book().intake(outlet.outlet, 'g', records(1, 5), 0);
      const all = book().transactionsAfter(0, 9);
      expect(all.map(({ key }) => key)).toEqual([1, 2, 3, 4, 5].map((sequence) => `${outlet.outlet}:g:${sequence}`));
      const [, second, , , last] = all.map(({ number }) => number) as [number, number, number, number, number];
      expect(book().lastTransaction()).toBe(last);
      book().putEntityProgress('billing', { through: second, forwarded: 1, refused: 1 }, [{ number: second, reason: 'no' }]);
      book().putEntityProgress('billing', { through: second, forwarded: 1, refused: 1 }, [{ number: second, reason: 'again' }]);
      subject.reopen();
      expect(book().entityProgress('billing')).toEqual({ through: second, forwarded: 1, refused: 1 });
      expect(book().entityProgress('another')).toEqual({ through: 0, forwarded: 0, refused: 0 });
      expect(book().gatewayRefusals(9)).toMatchObject([{ entity: 'billing', number: second, reason: 'no', key: `${outlet.outlet}:g:2` }]);
      expect(book().transactionsAfter(second, 1)).toHaveLength(1);
    });

    it('UsageProcessingStore, ConservationStore: usage is processed once, in pieces of any size, and its marks survive', () => {
      const body = (sequence: number): string =>
        canonicalJson({ AccountNo: 'a', OutletNo: 'o', Dttm: '2027-03-01T00:00:00Z', EventType: 'USAGE', domains: ['session'], n: sequence });
      const minute = (sequence: number) => ({ ...record(sequence, body(sequence)), monotonicNs: String(sequence * 60_000_000_000) });
      book().intake(outlet.outlet, 'g', [1, 2, 3, 4].map(minute), 0);
      expect(book().processRecords(3, advanceDomains)).toBe(3);
      subject.reopen();
      expect(book().unprocessedSources()).toEqual([{ outlet: outlet.outlet, generation: 'g' }]);
      expect([book().processRecords(9, advanceDomains), book().processRecords(9, advanceDomains)]).toEqual([1, 0]);
      expect(book().profiles()).toMatchObject([{ domain: 'session', usedMs: 180_000, occurrences: 1 }]);
      expect(book().conservationProblem()).toBeNull();
    });

    it('AlertStore: alerts are told until somebody was told, and known ones stay as they were', () => {
      const alert = (key: string, text = 'x') => ({ key, outlet: outlet.outlet, kind: 'silent', text, urgent: false }) as const;
      book().putAlerts([alert('a'), alert('b')]);
      book().putAlerts([alert('a', 'other words')]);
      book().noteTold(['b']);
      book().noteUntold(['a'], 'no mail');
      subject.reopen();
      expect(book().untoldAlerts(9)).toMatchObject([{ key: 'a', text: 'x', tries: 1, problem: 'no mail' }]);
      expect(book().recentAlerts(9)).toHaveLength(2);
    });

    it('OperatorAccountStore: operators are kept with what failed, replaced whole, and what they did is never lost', () => {
      const anna = { name: 'anna', role: 'technician', password: 'salt:hash', totpSecret: Uint8Array.of(1, 2) } as const;
      book().putOperatorAccount(anna);
      book().noteSignIn('anna', 7, { failures: 2, lockedUntilMs: 99 });
      book().noteOperatorAction({ who: 'anna', role: 'technician', action: 'look', about: 'x', outcome: 'ok' });
      subject.reopen();
      expect(book().operatorAccount('anna')).toMatchObject({ lastStep: 7, lockout: { failures: 2 } });
      book().putOperatorAccount({ ...anna, password: 'new:hash' });
      expect(book().operatorAccount('anna')).toMatchObject({ password: 'new:hash', lastStep: 0, lockout: { failures: 0 } });
      expect([book().removeOperatorAccount('anna'), book().removeOperatorAccount('anna')]).toEqual([true, false]);
      expect(book().operatorActions(9)).toMatchObject([{ who: 'anna', action: 'look' }]);
    });

    it('PaymentStore: a payment is asked and settled once, and the books balance', () => {
      const asked = { payment: 'p1', account: outlet.account, minor: 500n, currency: 'EUR', method: 'card' };
      expect(book().askPayment(asked)).toMatchObject({ ok: true, value: { state: 'pending' } });
      expect(book().askPayment({ ...asked, minor: 501n })).toMatchObject({ ok: false, error: { code: 'conflict' } });
      expect(book().settlePayment('p1', 'paid', '')).toMatchObject({ ok: true, value: { state: 'paid' } });
      subject.reopen();
      expect(book().settlePayment('p1', 'failed', 'late')).toMatchObject({ ok: false });
      expect(book().settlePayment('none', 'paid', '')).toMatchObject({ ok: false, error: { code: 'not-found' } });
      expect(book().payments(outlet.account)).toHaveLength(1);
      expect(book().auditLedger()).toBeNull();
    });

    it('ConsumerStore, RetentionStore, SettlementStore, ConstraintStore: consumers, periods, rules and places are settings that stay', () => {
      const ada = book().addConsumer(outlet.account, 'Ada', null);
      expect(book().addConsumer('nobody', null, null)).toBeNull();
      book().putRetention('plays', 30);
      book().putSplitRule(null, [{ party: 'venue', perMille: 1_000 }]);
      book().putConstraint(song.id, { ageRating: 16, regions: ['DE'] });
      book().putPlace(outlet.outlet, { region: 'AT', belowAge: null });
      book().putSetting('x', 'y');
      subject.reopen();
      expect(book().consumer(ada?.consumer ?? '')).toEqual(ada);
      expect(
        book()
          .retention()
          .find((row) => row.name === 'plays'),
      ).toMatchObject({ days: 30, deleted: 0 });
      expect(book().splitRule(outlet.location)).toEqual([{ party: 'venue', perMille: 1_000 }]);
      expect(book().constraintOf(song.id)).toEqual({ ageRating: 16, regions: ['DE'] });
      expect([...book().barredAt(outlet.outlet)]).toEqual([song.id]);
      expect([book().getSetting('x'), book().getSetting('z')]).toEqual(['y', null]);
    });

    it('HouseholdStore: people, caps and what was set aside on a day are there after a restart, once by key', () => {
      const { account } = outlet;
      const tim = { consumer: 'tim', name: 'Tim', outlet: outlet.outlet, locked: true, belowAge: 12 };
      expect([book().putHouseholdPerson(account, tim), book().putHouseholdPerson('nobody', tim)]).toEqual([true, false]);
      book().putHouseholdCap(account, 'tim', 250n);
      const bought = { key: 's1', account, outlet: outlet.outlet, consumer: 'tim', day: 20_000, fee: false };
      book().putHouseholdSpending({ ...bought, ceilingMinor: 50n });
      book().putHouseholdSpending({ ...bought, ceilingMinor: 40n });
      subject.reopen();
      expect(book().householdPeople(account)).toEqual([tim]);
      expect([...book().householdCaps(account)]).toEqual([['tim', 250n]]);
      expect(book().householdSpent(account, 20_000, '')).toEqual([{ consumer: 'tim', outlet: outlet.outlet, fee: false, minor: 40n }]);
      expect([book().householdSpent(account, 20_000, 's1'), book().householdDay(account)]).toEqual([[], 20_000]);
      book().removeHouseholdPerson(outlet.outlet, 'tim');
      book().putHouseholdCap(account, 'tim', null);
      expect([book().householdPeople(account), book().householdCaps(account).get('tim')]).toEqual([[], null]);
    });

    it('steps together are all of them, or none', () => {
      expect(() =>
        book().together(() => {
          book().putSetting('x', 'y');
          book().intake(outlet.outlet, 'g', records(1, 3), 0);
          throw new Error('broken');
        }),
      ).toThrow('broken');
      expect([book().getSetting('x'), book().recordCount(outlet.outlet).total]).toEqual([null, 0]);
    });
  });
}
