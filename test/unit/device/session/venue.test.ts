import { afterEach, describe, expect, test } from 'vitest';
import { BoxScene, CHARGED_MINOR } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

const wallMs = (): number => scene.folder.clock.wallMs();
/** `17:00` in so many minutes from now, and its day; the venue lives in UTC here. */
const inMinutes = (minutes: number): { readonly time: string; readonly date: string } => {
  const text = new Date(wallMs() + minutes * 60_000).toISOString();
  return { time: text.slice(11, 16), date: text.slice(0, 10) };
};

async function open(): Promise<void> {
  scene = new BoxScene();
  await scene.book.putSetting('time-zone', 'UTC');
  await scene.start();
}

async function plan(line: string, fromMinutes: number, toMinutes: number, rest = ''): Promise<string> {
  const from = inMinutes(fromMinutes);
  return await scene.command(`calendar add ${line} ${from.date} ${from.time} ${inMinutes(toMinutes).time} ${rest}`);
}

async function minutes(count: number): Promise<void> {
  await scene.folder.clock.advance(count * 60_000);
  await scene.quiet();
}

describe('closing time', () => {
  test('gives back within a minute what was paid and not played, says so on the receipt, and opens again by itself', async () => {
    await open();
    await scene.coin(300n);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    await plan('shut closed', 10, 60);
    await minutes(11);
    expect(scene.box.view()).toMatchObject({ sentence: 'Out of service: closed for today', queue: [], creditMinor: '260' });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, earnedMinor: CHARGED_MINOR, problem: null });
    const [queued, sounding] = await scene.book.receipts(2);
    expect([queued?.text, sounding?.endReason]).toEqual([expect.stringContaining('never started: the box was closed for the day'), 'closed']);
    await minutes(50);
    expect(scene.box.view()).toMatchObject({ playback: 'browse', service: 'inService' });
  });

  test('staff that opens again is not overruled, not even by a power cut', async () => {
    await open();
    await plan('shut closed', 0, 60);
    expect(scene.box.view().service).toBe('outOfService');
    await scene.command('service off');
    await minutes(1);
    await scene.restart();
    expect(scene.box.view().service).toBe('inService');
  });

  test('a box that a technician took out of service stays so when the venue opens', async () => {
    await open();
    await plan('shut closed', 0, 10);
    await scene.command('service on "a lamp is changed"');
    await minutes(15);
    expect(scene.box.view().sentence).toBe('Out of service: a lamp is changed');
  });

  test('a box that starts while it is closed is closed', async () => {
    await open();
    await plan('shut closed', 5, 60);
    await scene.venue.keeper.stop();
    await scene.folder.clock.advance(10 * 60_000);
    await scene.restart();
    expect(scene.box.view().sentence).toBe('Out of service: closed for today');
  });
});

describe('an event', () => {
  test('holds the queue with its money, through a power cut, and plays on when it is over', async () => {
    await open();
    await scene.coin(300n);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    await plan('quiz event', 1, 30);
    await minutes(2);
    expect(scene.box.view()).toMatchObject({ service: 'outOfService', queue: [{ title: 'Green Door' }] });
    expect(scene.box.view().sentence).toContain('what you paid for waits');
    await scene.restart();
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 100n, problem: null });
    await minutes(30);
    expect(scene.box.view()).toMatchObject({ service: 'inService', playback: 'playing.flowing', nowPlaying: { title: 'Green Door' } });
  });
});

describe('the hours of a venue', () => {
  test('a bonus hour makes two of one coin, and ends', async () => {
    await open();
    await plan('happy bonus', 0, 5, 'percent=100');
    await scene.coin(100n);
    expect(scene.box.view().creditMinor).toBe('200');
    await minutes(6);
    await scene.coin(100n);
    expect(scene.box.view().creditMinor).toBe('300');
  });

  test('a quiet hour turns the volume down and nobody turns it up', async () => {
    await open();
    await plan('dinner background', 0, 60, 'volume=10-40');
    await minutes(1);
    expect((await scene.press({ type: 'intent.volume', delta: 50 })).volumePercent).toBe(40);
    expect(scene.box.view().volumeRange).toMatchObject({ minPercent: 10, maxPercent: 40, untilWallMs: expect.any(Number) });
    expect(scene.box.view().sentence).toMatch(/^40 % is the most that is allowed here until \d\d:\d\d\.$/);
  });

  test('calendar week prints what is in the way of what, and remove takes it away', async () => {
    await open();
    await plan('quiz event', 0, 30);
    expect(await plan('happy bonus', 10, 20, 'percent=50')).toContain('quiz (event) hides happy (bonus)');
    expect(await scene.command('calendar remove quiz')).not.toContain('hides');
    expect(scene.box.view().service).toBe('inService');
  });
});

describe('music of the house', () => {
  test('begins when nobody has chosen anything, costs no guest anything, and makes room for whoever chooses', async () => {
    await open();
    await plan('lounge background', 0, 60);
    await minutes(1);
    expect(scene.box.view()).toMatchObject({ playback: 'playing.flowing', houseMusic: true, creditMinor: '0' });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 100n, cashBoxMinor: 0n, problem: null });
    await scene.coin();
    expect(await scene.ok('w2')).toMatchObject({ playback: 'preListen', houseMusic: false });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, earnedMinor: CHARGED_MINOR, patronCreditMinor: 100n, problem: null });
    const [receipt] = await scene.book.receipts(1);
    expect(receipt).toMatchObject({ refundMinor: '60', refundedTo: 'house' });
  });

  test('plays what was not heard for longest', async () => {
    await open();
    await plan('lounge background', 0, 60);
    await minutes(1);
    const first = (await scene.book.openPlays())[0]?.workId;
    await scene.press({ type: 'intent.stop' });
    await minutes(1);
    expect((await scene.book.openPlays())[0]?.workId).not.toBe(first);
  });

  test('ends with its hours', async () => {
    await open();
    await plan('lounge background', 0, 5);
    await minutes(6);
    await scene.press({ type: 'intent.stop' });
    await minutes(2);
    expect(scene.box.view().playback).toBe('browse');
  });
});

describe('free hours', () => {
  test('the house pays for what guests choose, and gets back what was not heard', async () => {
    await open();
    await plan('birthday free', 0, 60);
    expect(scene.box.view().housePays).toBe(true);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    expect(scene.box.view()).toMatchObject({ playback: 'playing.flowing', houseMusic: false, queue: [{ title: 'Green Door' }] });
    await scene.press({ type: 'intent.skip' });
    expect(scene.box.view().nowPlaying?.title).toBe('Green Door');
    expect(await scene.book.ledger()).toMatchObject({ cashBoxMinor: 0n, patronCreditMinor: 0n, earnedMinor: CHARGED_MINOR, heldMinor: 100n, problem: null });
  });
});

describe('what the owner of a venue sets', () => {
  test('the zone of the clock on the wall decides when it closes', async () => {
    await open();
    const technician = { role: 'technician', surface: 'console' } as const;
    await plan('shut closed', 60, 90);
    expect(scene.box.view().service).toBe('inService');
    expect((await scene.box.command('calendar zone Moon/Base', technician)).ok).toBe(false);
    // One hour east of UTC it is an hour later.
    expect((await scene.box.command('calendar zone Etc/GMT-1', technician)).text).toContain('The clock on the wall shows');
    await scene.quiet();
    expect(scene.box.view().service).toBe('outOfService');
  });

  test('the ceiling of a day holds for the staff', async () => {
    await open();
    await scene.box.command('credit ceiling 1.00', { role: 'technician', surface: 'console' });
    expect(await scene.command('credit grant 2.00 sorry')).toContain('1.00 EUR');
    expect(await scene.command('credit grant 1.00 sorry')).toBe('Credit: 1.00 EUR');
  });
});

describe('a filter', () => {
  test('hides, explains itself, keeps what was bought, and shows again', async () => {
    await open();
    await scene.coin(300n);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    expect(await scene.command('filter add title "green*" "not before nine"')).toBe('1 works are hidden by it.');
    expect(scene.box.works().map(({ id }) => id)).toEqual(['w1']);
    expect(await scene.command('why-hidden green')).toMatch(/^Green Door: filter 1 hides title "green\*": not before nine \(staff at the console, 20/);
    await scene.press({ type: 'intent.skip' });
    expect(scene.box.view().nowPlaying?.title).toBe('Green Door');
    await scene.press({ type: 'intent.stop' });
    expect(await scene.ok('w2')).toMatchObject({ playback: 'browse', sentence: expect.stringContaining('can not be chosen here') });
    await scene.restart();
    expect(scene.box.works()).toHaveLength(1);
    await scene.command('filter remove 1');
    expect(scene.box.works()).toHaveLength(2);
  });
});

describe('the ladder', () => {
  test('price try prints credit, bonus and the rule, and changes nothing', async () => {
    await open();
    await scene.box.command('ladder set 5.00 1.00', { role: 'technician', surface: 'console' });
    expect(await scene.command('price try 1.00 1.00 5.00')).toBe(
      ['1.00 EUR: credit 1.00 EUR', '1.00 EUR: credit 2.00 EUR', '5.00 EUR + 1.00 EUR (5.00 EUR put in gives 1.00 EUR of bonus): credit 8.00 EUR'].join('\n'),
    );
    expect((await scene.book.ledger()).cashBoxMinor).toBe(0n);
  });

  test('the coin then brings what was promised', async () => {
    await open();
    await scene.box.command('ladder set 5.00 1.00', { role: 'technician', surface: 'console' });
    await scene.coin(500n);
    expect(scene.box.view().creditMinor).toBe('600');
  });
});

describe('staff that skips a song somebody paid for', () => {
  test('has to say why, and the receipt says it', async () => {
    await open();
    await scene.coin();
    await scene.ok('w1');
    await scene.ok();
    expect(await scene.command('skip')).toContain('Say why');
    expect(scene.box.view().playback).toBe('playing.flowing');
    await scene.command('skip "too loud for the wedding"');
    const [receipt] = await scene.book.receipts(1);
    expect(receipt?.text).toContain('(skipped: too loud for the wedding)');
    expect(receipt?.refundMinor).toBe('60');
  });
});
