import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closePlay } from '../../../../device/checkout/closing.ts';
import { HouseholdSync } from '../../../../device/checkout/household-sync.ts';
import { openExchange } from '../../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../../device/checkout/offer-request.ts';
import type { ClosingStatement } from '../../../../src/domain/credit/statements.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { HouseholdDesk } from '../../../../src/headend/household-desk.ts';
import { limits } from '../../../../src/limits.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import type { HouseholdApi } from '../../../../src/ports/household-api.ts';
import { asId } from '../../../../src/units/ids.ts';
import { ok } from '../../../../src/units/result.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import { type BoxUnderTest, dropFolders, headendOn, knownBox, scratchFolder, silentLog, workOnOffer } from '../../../fakes/headend-on-localhost.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

/** 0.50 EUR. */
const WORK = workOnOffer();
const DAY_MS = 86_400_000;

const folders: string[] = [];
let headend: RunningHeadend;
let boxes: readonly [BoxUnderTest, BoxUnderTest];
let plays = 0;

beforeAll(async () => {
  headend = await headendOn(folder());
  headend.book.putWork(WORK, WORK.title);
});
afterAll(async () => {
  await headend.close();
  dropFolders(...folders);
});

/** Two boxes that nobody has played on, on a day on which nothing was spent yet. */
beforeEach(() => {
  boxes = [knownBox(headend, folder(), 'set-top'), knownBox(headend, folder(), 'set-top')];
  const { account } = headend.book.defaults();
  const day = Math.max(headend.book.householdDay(account), Math.floor(Date.now() / DAY_MS)) + 1;
  headend.book.putHouseholdSpending({ key: `day ${day}`, account, outlet: boxes[0].identity.outlet, consumer: null, day, fee: false, ceilingMinor: 0n });
  for (const who of headend.book.householdCaps(account).keys()) headend.book.putHouseholdCap(account, who, null);
});

afterEach(async () => void (await Promise.all(boxes.map(({ api }) => api.close()))));

function folder(): string {
  const made = scratchFolder();
  folders.push(made);
  return made;
}

function offer(box: BoxUnderTest, spender: string | null = null) {
  plays += 1;
  return box.api.offer(offerRequest({ playId: `p${plays}`, work: WORK, trial: false, ephemeral: openExchange(systemRandom), spender }));
}

const cap = (box: BoxUnderTest, who: string, capMinor: string | null) => box.api.household({ zone: 'UTC', changes: [{ who, capMinor }] });
const overCap = { ok: false, error: { code: 'refused', problem: 'over-cap' } };

describe('the spending caps of a household with two boxes', () => {
  test('what the first spent the second has not: the sentence names cap, rest and price, and no session is opened', async () => {
    await cap(boxes[0], 'account', '80');
    expect((await offer(boxes[0])).ok).toBe(true);
    const open = headend.book.openSessions(asId(boxes[1].identity.outlet)).length;
    expect(await offer(boxes[1])).toMatchObject({
      error: {
        problem: 'over-cap',
        message: 'The household may spend 0.80 EUR a day at all boxes together, and 0.30 EUR of it is left; Blue Danube costs 0.50 EUR.',
      },
    });
    expect(headend.book.openSessions(asId(boxes[1].identity.outlet))).toHaveLength(open);
  });

  test('both ask in the same moment, and there is enough for one: one of them gets it', async () => {
    await cap(boxes[0], 'account', '50');
    const answers = await Promise.all([offer(boxes[0]), offer(boxes[1]), offer(boxes[0]), offer(boxes[1])]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a cap is somebody’s wherever he is, and nobody else’s', async () => {
    await boxes[0].api.household({ zone: 'UTC', changes: [{ who: 'tim', capMinor: '60', person: { name: 'Tim', locked: false, belowAge: 12 } }] });
    expect((await offer(boxes[0], 'tim')).ok).toBe(true);
    expect(await offer(boxes[1], 'tim')).toMatchObject(overCap);
    expect((await offer(boxes[1], 'anna')).ok).toBe(true);
    expect((await offer(boxes[1])).ok).toBe(true);
    await cap(boxes[1], 'guest', '10');
    expect(await offer(boxes[0])).toMatchObject(overCap);
  });

  test('what a play did not cost may be spent again, and what is rented is spent', async () => {
    const { book } = headend;
    await cap(boxes[0], 'account', '50');
    expect((await offer(boxes[0])).ok).toBe(true);
    expect(await offer(boxes[1])).toMatchObject(overCap);
    const row = book.sessionByPlay(asId(`p${plays - 1}`));
    if (row === null) throw new Error('no such session');
    const unheard = { counts: [], unheardPaidPackets: 0, lostPackets: 0, heardMs: 0, confirmEventId: null, endReason: 'skipped', wallMs: Date.now() } as const;
    const { statement } = closePlay({ ...row, ...unheard, epoch: 0 }, boxes[0].signer);
    expect(book.settle(row.sid, JSON.parse(statement.text) as ClosingStatement, statement.text, statement.signature)).toMatchObject({ chargedMinor: 0n });
    expect((await offer(boxes[1])).ok).toBe(true);
    const rule = { resourceKind: 'work', mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'aes-gcm-segments', periodMs: DAY_MS } as const;
    book.putLendingRule(WORK.id, { ...rule, feeMinor: '40' });
    await cap(boxes[0], 'account', '100');
    expect((await boxes[1].api.checkOut(WORK.id, [], '40', 'tim')).ok).toBe(true);
    expect(await offer(boxes[0])).toMatchObject({ error: { message: expect.stringContaining('0.10 EUR of it is left') as string } });
    const licence = book.checkoutOf(book.defaults().account, WORK.id)?.licence ?? '';
    await boxes[1].api.registerLicence(licence);
    expect(await boxes[0].api.renewLicence(licence, '40')).toMatchObject(overCap);
    const spending = new HouseholdDesk({ store: book, clock: systemClock }).spending(book.defaults().account);
    expect(spending.find(({ who }) => who === 'account')).toEqual({ who: 'account', capMinor: 100n, spentMinor: 90n });
    expect(spending.find(({ who }) => who === 'tim')?.spentMinor).toBe(40n);
  });

  test('a venue has no household, and a pseudonym of another account is nobody’s here', async () => {
    const jukebox = knownBox(headend, folder(), 'jukebox');
    await cap(boxes[0], 'account', '0');
    expect(await jukebox.api.household({ zone: 'UTC', changes: [] })).toMatchObject({ ok: false });
    expect((await offer(jukebox)).ok).toBe(true);
    await jukebox.api.close();
    expect(headend.book.putHouseholdPerson('another account', { ...TIM, outlet: boxes[0].identity.outlet })).toBe(false);
  });

  test('who was erased comes back by no box', async () => {
    const person = { name: 'Ida', locked: false, belowAge: null };
    const told = await boxes[0].api.household({ zone: 'UTC', changes: [{ who: 'ida', capMinor: '10', person }] });
    expect(told.ok && told.value.people).toContainEqual({ consumer: 'ida', name: 'Ida' });
    headend.book.eraseConsumer('ida');
    const again = await boxes[1].api.household({ zone: 'UTC', changes: [{ who: 'ida', capMinor: '10', person }] });
    expect(again.ok && [...again.value.people, ...again.value.caps]).not.toContainEqual(expect.objectContaining({ consumer: 'ida' }));
    expect(headend.book.householdCaps(headend.book.defaults().account).get('ida') ?? null).toBeNull();
  });
});

const TIM = { consumer: 'tim', name: 'Tim', locked: false, belowAge: null } as const;

describe('two boxes tell each other', () => {
  let homes: readonly [BookFolder, BookFolder];
  let books: readonly [InlineBook, InlineBook];
  let syncs: readonly [HouseholdSync, HouseholdSync];

  beforeEach(() => {
    homes = [new BookFolder('set-top', true), new BookFolder('set-top', true)];
    books = [homes[0].open(), homes[1].open()];
    const syncOf = (place: 0 | 1) => new HouseholdSync({ api: boxes[place].api, book: books[place], clock: systemClock, log: silentLog });
    syncs = [syncOf(0), syncOf(1)];
  });
  afterEach(() => {
    for (const book of books) book.abandon();
    for (const home of homes) home.remove();
  });

  test('who is added here can be added there under the same pseudonym; caps hold at both, whoever changed them last', async () => {
    await books[0].putViewer({ viewerId: 'eva', name: 'Eva', pin: 'x:y', belowAge: 12 });
    await books[0].putSpendingCap('account', 500n);
    await books[0].putSpendingCap('eva', 100n);
    await syncs[0].look();
    await syncs[1].look();
    expect(syncs[1].elsewhere()).toContainEqual({ consumer: 'eva', name: 'Eva' });
    const capsOf = async (place: 0 | 1) => new Map((await books[place].spendingCaps()).map(({ who, capMinor }) => [who, capMinor]));
    expect((await capsOf(1)).get('account')).toBe(500n);
    await books[1].putViewer({ viewerId: 'eva', name: 'Eva', pin: null, belowAge: null });
    await syncs[1].look();
    await syncs[1].look();
    expect((await capsOf(1)).get('eva')).toBe(100n);
    await books[1].putSpendingCap('account', null);
    await syncs[1].look();
    await syncs[0].look();
    expect((await capsOf(0)).get('account')).toBeNull();
    // PINs stay where they are.
    expect(JSON.stringify(headend.book.householdPeople(headend.book.defaults().account))).not.toContain('x:y');
    await books[0].removeViewer('eva');
    await syncs[0].look();
    const people = headend.book.householdPeople(headend.book.defaults().account).filter(({ consumer }) => consumer === 'eva');
    expect(people.map(({ outlet }) => outlet)).toEqual([boxes[1].identity.outlet]);
  });

  test('a headend that lost its rows takes no cap away, and is told again', async () => {
    const told: unknown[] = [];
    const forgetful: HouseholdApi = {
      async household({ changes }) {
        told.push(changes);
        return ok({ day: 1, people: [], caps: [], elsewhere: [] });
      },
    };
    await books[0].putSpendingCap('account', 500n);
    const sync = new HouseholdSync({ api: forgetful, book: books[0], clock: systemClock, log: silentLog });
    await sync.look();
    await sync.look();
    expect((await books[0].spendingCaps())[0]).toMatchObject({ who: 'account', capMinor: 500n });
    expect(told).toEqual([[{ who: 'account', capMinor: '500' }], [{ who: 'account', capMinor: '500' }]]);
  });

  test('no more people than a box can have are taken from it, and no cap of somebody unknown', async () => {
    const changes = Array.from({ length: limits.viewersMax + 2 }, (_, place) => ({
      who: `p${place}`,
      capMinor: '1',
      person: { name: `P${place}`, locked: false, belowAge: null },
    }));
    const answer = await boxes[0].api.household({ zone: 'UTC', changes: [...changes, { who: 'stranger', capMinor: '1' }] });
    const here = headend.book.householdPeople(headend.book.defaults().account).filter(({ outlet }) => outlet === boxes[0].identity.outlet);
    expect(here).toHaveLength(limits.viewersMax);
    expect(answer.ok && answer.value.caps.map(({ who }) => who)).not.toContain('stranger');
  });

  test('what the other spent counts here too, as far as it was heard of: without the headend each keeps to its own floor', async () => {
    const today = Math.floor(homes[0].clock.wallMs() / DAY_MS);
    await books[0].putSpendingCap('account', 100n);
    expect((await books[0].spendingLeft())?.leftMinor).toBe(100n);
    await books[0].putSpentElsewhere(today, [{ who: 'account', spentMinor: 70n }]);
    expect((await books[0].spendingLeft())?.leftMinor).toBe(30n);
    await books[0].putSpentElsewhere(today - 1, [{ who: 'account', spentMinor: 70n }]);
    expect((await books[0].spendingLeft())?.leftMinor).toBe(100n);
  });
});
