import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ackbox, RunningHouse, scratch } from '../fakes/house.ts';

let house: RunningHouse;

/** A line at the box's console, as a technician types it there. */
async function tell(
  line: string,
  role = 'technician',
): Promise<{ readonly ok: boolean; readonly code: string; readonly text: string; readonly data: unknown }> {
  return await (await house.client()).command(line, role);
}

beforeAll(async () => {
  house = new RunningHouse(scratch(), ['--board', 'simulated', '--panel-coins', '1x100+2x200,card500']);
  await house.until('a catalogue', (view) => (view.catalogueSize > 0 && view.cash === 'accepting' ? view : null), 60_000);
}, 90_000);

afterAll(async () => {
  await house.stop();
});

describe('a box with a board of plain lines, simulated: johnny-five, contacts and coin pulses as on a Raspberry Pi', () => {
  test('says what is wired where, and that the slot is open', async () => {
    const { text } = await tell('board check');
    expect(text).toMatch(/^simulated board\n/);
    expect(text).toMatch(/13 {2}in {2}KEY_OK +high$/m);
    await until(async () => /8 {2}out coins accepted +high$/m.test((await tell('board check')).text));
  });

  test('the lamps that test leds lights are those of the board, and what is read from them passes', async () => {
    expect((await tell('test leds')).text).toContain('lit now: ok, playing, sign.');
    const levels = async (): Promise<string> =>
      ((await tell('board check')).data as { lines: { purpose: string; high: boolean }[] }).lines
        .filter(({ purpose }) => purpose.startsWith('lamp '))
        .map(({ high }) => (high ? '1' : '0'))
        .join('');
    // The panel draws three times a second; a pattern that stood for a second is the one to be read.
    let stood = { levels: '', sinceMs: performance.now() };
    await until(async () => {
      const now = await levels();
      if (now !== stood.levels) stood = { levels: now, sinceMs: performance.now() };
      return performance.now() - stood.sinceMs > 1_000;
    });
    expect(['000', '111']).not.toContain(stood.levels);
    expect((await tell(`test leds code=${stood.levels}`)).text).toMatch(/^leds +PASS +3 lamps were read from it$/);
  });

  test('test sound finds its tone in what the player put out', async () => {
    expect((await tell('test sound')).text).toMatch(
      /^sound +(PASS|ABSENT) .*the player put out 1000 Hz at -1[12]\.\d dBFS, \d+ dB above all else, where -12\.0 dBFS were due/,
    );
  });

  test('a burst of two pulses is the coin of two, a card’s pulse is a card’s money, and the meters say so', async () => {
    await pulses(2);
    await house.until('two euros', (view) => (view.creditMinor === '200' ? view : null));
    await tell('board press "coin line 2" ms=50');
    await house.until('the card’s five', (view) => (view.creditMinor === '700' ? view : null));
    const meters = (await tell('show meters', 'collector')).data as readonly { name: string; lifetime: string }[];
    expect(Object.fromEntries(meters.map(({ name, lifetime }) => [name, lifetime]))).toMatchObject({
      cash: '200',
      coins: '1',
      card: '500',
      'card-payments': '1',
    });
  });

  test('three pulses are no coin: they stand on their meter, and nowhere else', async () => {
    await pulses(3);
    await until(async () =>
      ((await tell('show meters')).data as readonly { name: string; lifetime: string }[]).some(
        ({ name, lifetime }) => name === 'unexplained-pulses' && lifetime === '3',
      ),
    );
    expect((await house.view()).creditMinor).toBe('700');
  });

  test('watch says what falls, what is pressed and what the box does about it, as it happens', async () => {
    const watching = Promise.all([tell('watch coins seconds=4'), tell('watch keys seconds=4'), tell('watch state seconds=4')]);
    await pulses(1);
    await tell('board press door-open ms=300');
    await tell('board press KEY_DOWN');
    const [coins, keys, state] = await watching;
    expect(coins.text).toMatch(/^\S+ cash \+1\.00 EUR, 3\.00 EUR ever$/m);
    expect(coins.text).toMatch(/^\S+ coins \+1, 2 ever$/m);
    expect(coins.text).toMatch(/^\S+ credit 8\.00 EUR$/m);
    expect(keys.text).toMatch(/^\S+ KEY_DOWN short$/m);
    expect(state.text).toMatch(/coins inhibited .*\n.*coins accepting /);
    for (const { text } of [coins, keys, state]) expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('a fire alarm silences at once and holds what is paid; then it goes on where it was', async () => {
    // One piece of the house is free and may be in the catalogue before the others.
    await house.until('a work with a price', (view) => (view.focus !== null && !view.focus.free ? view : null));
    await tell('board press KEY_OK');
    await house.until('the pre-listen', (view) => (view.playback === 'preListen' ? view : null));
    await tell('board press KEY_OK');
    await house.until('the paid song', (view) => (view.playback === 'playing.flowing' ? view : null));
    const alarm = tell('board press fire-alarm ms=1500');
    await house.until('silence', (view) => (view.sound === 'silent' && view.playback === 'playing.held' && view.cash === 'inhibited' ? view : null));
    await alarm;
    await house.until('the song again', (view) => (view.sound === 'open' && view.playback === 'playing.flowing' ? view : null));
    await tell('stop', 'staff');
    await house.until('the box idle', (view) => (view.playback === 'browse' ? view : null));
  });

  test('a fire alarm holds the queue as well: what waits in it begins when the alarm is over', async () => {
    const playing = await song();
    await tell('play 2', 'customer');
    await house.until('a queue', (view) => (view.queue.length === 1 ? view : null));
    const alarm = tell('board press fire-alarm ms=4000');
    await house.until('silence', (view) => (view.playback === 'playing.held' ? view : null));
    await tell('stop', 'staff');
    const quiet = await house.until('an idle box with a queue', (view) => (view.playback === 'browse' ? view : null));
    expect(quiet).toMatchObject({ sound: 'silent', queue: [{}], nowPlaying: null });
    await alarm;
    await house.until('the next song', (view) => (view.playback === 'playing.flowing' && view.nowPlaying?.play.playId !== playing ? view : null));
    await idle();
  });

  test('the mute key of the staff silences at once and lets the song go on unheard; paging ducks it; the volume stays what it was', async () => {
    await song();
    const { volumePercent } = await house.view();
    await tell('board press KEY_MUTE');
    const silent = await house.until('silence', (view) => (view.sound === 'silent' ? view : null));
    expect(silent).toMatchObject({ playback: 'playing.flowing', volumePercent });
    await tell('board press KEY_MUTE');
    await house.until('sound', (view) => (view.sound === 'open' ? view : null));
    const paging = tell('board press paging ms=1000');
    expect(await house.until('a quiet song', (view) => (view.sound === 'ducked' ? view : null))).toMatchObject({ playback: 'playing.flowing', volumePercent });
    await paging;
    await house.until('the song as before', (view) => (view.sound === 'open' ? view : null));
    await idle();
  });

  test('out of service lights its sign, and shuts the slot; back in service both are as before', async () => {
    await tell('service on reason=cleaning', 'staff');
    await until(async () => /out lamp sign +high$/m.test((await tell('board check')).text));
    expect((await house.view()).cash).toBe('inhibited');
    await tell('service off', 'staff');
    await until(async () => /out lamp sign +low$/m.test((await tell('board check')).text));
    await house.until('an open slot', (view) => (view.cash === 'accepting' ? view : null));
  });

  test('a full cash box shuts the slot and says so, until its switch opens again', async () => {
    const full = tell('board press cash-box-full ms=1500');
    await house.until('a shut slot', (view) => (view.cash === 'inhibited' ? view : null));
    expect((await tell('show selling')).text).toContain('cash box is full');
    await full;
    await house.until('an open slot', (view) => (view.cash === 'accepting' ? view : null));
  });

  test('an open door shuts the slot, and nothing else', async () => {
    const open = tell('board press door-open ms=1000');
    await house.until('a shut slot', (view) => (view.cash === 'inhibited' ? view : null));
    await open;
    await house.until('an open slot', (view) => (view.cash === 'accepting' ? view : null));
  });

  test('a collection stops the coins, compares, writes its ticket and seals the cash book', async () => {
    expect((await tell('collect count 2.00', 'collector')).code).toBe('not-collecting');
    expect((await tell('collect begin', 'collector')).text).toContain('collect count');
    expect((await house.view()).cash).toBe('inhibited');
    const { text, data } = await tell('collect count 2.50', 'collector');
    expect(text).toContain('COLLECTION 1');
    expect(data).toMatchObject({ expectedMinor: '300', countedMinor: '250', varianceMinor: '-50' });
    await house.until('coins again', (view) => (view.cash === 'accepting' ? view : null));
    const verified = await ackbox('verify', '--cash-book', '--data', house.data);
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('1 page of the cash book checked') });
    expect((await house.deliveredTotals()).ledger.problem).toBeNull();
  });
});

/** Bought by its keys. @returns the play */
async function song(): Promise<string> {
  await tell('board press KEY_OK');
  await house.until('its question', (view) => (['preListen', 'outright'].includes(view.playback) ? view : null));
  await tell('board press KEY_OK');
  const { nowPlaying } = await house.until('the paid song', (view) => (view.playback === 'playing.flowing' ? view : null));
  return nowPlaying?.play.playId ?? '';
}

async function idle(): Promise<void> {
  await tell('stop', 'staff');
  await house.until('the box idle', (view) => (view.playback === 'browse' && view.queue.length === 0 ? view : null));
}

/** A burst on the first coin line: 40 ms and 40 ms. */
async function pulses(count: number): Promise<void> {
  await tell(`board press "coin line 1" ms=40 times=${count}`);
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 100));
}
