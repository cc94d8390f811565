import { describe, expect, test } from 'vitest';
import { readHardware, takesNoCoins } from '../../../device/hardware-config.ts';

const plain = { 'panel-coins': '100,200', 'coin-pulses': '15-550/400', 'input-devices': false };

describe('what is fitted, by options', () => {
  test('a panel’s line is a panel board; a board by its name; nothing is nothing', () => {
    expect(readHardware(plain).board).toBeNull();
    expect(readHardware({ ...plain, panel: '/dev/ttyACM1' }).board).toEqual({ kind: 'panel', path: '/dev/ttyACM1' });
    expect(readHardware({ ...plain, board: 'panel' }).board).toEqual({ kind: 'panel', path: '/dev/ttyACM0' });
    expect(readHardware({ ...plain, board: 'pi5' }).board).toEqual({ kind: 'gpio', name: 'pi5' });
    expect(readHardware({ ...plain, board: 'simulated' }).board).toEqual({ kind: 'simulated' });
    expect(() => readHardware({ ...plain, board: 'pi9' })).toThrow('pi5');
  });

  test('coin lines: each pulse, bursts, and cards', () => {
    const { coinLines } = readHardware({ ...plain, board: 'pi4', 'panel-coins': '1x100+2x200+10x1000,card50' });
    expect(coinLines).toEqual([
      {
        funding: 'paid',
        coding: {
          kind: 'bursts',
          values: new Map([
            [1, 100n],
            [2, 200n],
            [10, 1_000n],
          ]),
        },
      },
      { funding: 'card', coding: { kind: 'each', valueMinor: 50n } },
    ]);
  });

  test.each(['', '100,', '0', '-5', '1x', '1.5', '1x100+', 'cash50'])('coins that make no sense are refused: %j', (text) => {
    expect(() => readHardware({ ...plain, 'panel-coins': text })).toThrow('--panel-coins');
  });

  test('pulses and pauses, in milliseconds', () => {
    expect(readHardware({ ...plain, 'coin-pulses': '20-80/250' }).coinPulses).toEqual({ shortestMs: 20, longestMs: 80, burstPauseMs: 250 });
  });

  test.each(['', '20', '20-80', '80-20/250', '4-80/250', '20-2000/250', '20-80/0', '2.5-80/250'])(
    'pulses that no board can tell apart are refused: %j',
    (text) => {
      expect(() => readHardware({ ...plain, 'coin-pulses': text })).toThrow('--coin-pulses');
    },
  );

  test('a television on the CEC line may sleep after twenty minutes, or never', () => {
    expect(readHardware(plain).television).toBeNull();
    expect(readHardware({ ...plain, cec: '/dev/cec0' }).television).toEqual({ device: '/dev/cec0', standbyMinutes: 20, volume: false });
    expect(readHardware({ ...plain, cec: '/dev/cec0', 'cec-standby': '0', 'cec-volume': true }).television).toMatchObject({
      standbyMinutes: null,
      volume: true,
    });
    expect(() => readHardware({ ...plain, cec: '/dev/cec0', 'cec-standby': 'soon' })).toThrow('minutes');
  });

  test('the panel board counts pulses alike', () => {
    expect(() => readHardware({ ...plain, board: 'panel', 'panel-coins': '1x100+2x200' })).toThrow('the panel board');
  });

  test('a coin key is there only where no real acceptor is', () => {
    expect(takesNoCoins(readHardware(plain))).toBe(true);
    expect(takesNoCoins(readHardware({ ...plain, board: 'simulated' }))).toBe(true);
    for (const fitted of [{ board: 'pi4' }, { panel: '/dev/x' }, { cctalk: '/dev/x' }, { bills: '/dev/x' }])
      expect(takesNoCoins(readHardware({ ...plain, ...fitted }))).toBe(false);
  });

  test('one sound everywhere, unless zones are named', () => {
    expect(readHardware(plain).zones).toEqual([]);
    expect(readHardware({ ...plain, zones: 'bar=1-2,terrace=3-4' }).zones.map(({ name }) => name)).toEqual(['bar', 'terrace']);
    expect(() => readHardware({ ...plain, zones: 'bar=1-3' })).toThrow('--zones');
  });
});
