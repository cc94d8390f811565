import { describe, expect, test } from 'vitest';
import { Reception } from '../../../../device/media/reception.ts';

describe('how packets come', () => {
  test('an even stream has no jitter and no losses, whatever its pace began with', () => {
    const reception = new Reception(100, 20);
    for (let at = 0; at < 200; at += 1) reception.noteArrival(100 + at, 50 + 20 * at);
    expect(reception.report(4_000)).toEqual({ fractionLost: 0, cumulativeLost: 0, highestSequence: 299, jitterMs: 0 });
    expect(reception.repairMs(5_000)).toBe(0);
  });

  test('jitter follows RFC 3550: a sixteenth of each difference', () => {
    const reception = new Reception(0, 20);
    reception.noteArrival(0, 0);
    reception.noteArrival(1, 36);
    expect(reception.jitterMs).toBe(1);
    reception.noteArrival(2, 40);
    expect(reception.jitterMs).toBe(1 + (16 - 1) / 16);
  });

  test('a pause is no jitter', () => {
    const reception = new Reception(0, 20);
    reception.noteArrival(0, 0);
    reception.noteArrival(1, 60_000);
    expect(reception.jitterMs).toBe(0);
  });

  test('losses are those of the path: what came again is no news of it', () => {
    const reception = new Reception(0, 20);
    for (const sequence of [0, 1, 4, 5]) reception.noteArrival(sequence, 20 * sequence);
    reception.noteHere(2, 200);
    expect(reception.report(300)).toMatchObject({ fractionLost: Math.floor((256 * 2) / 6), cumulativeLost: 2, highestSequence: 5 });
    for (const sequence of [6, 7]) reception.noteArrival(sequence, 20 * sequence);
    expect(reception.report(500)).toMatchObject({ fractionLost: 0, cumulativeLost: 2 });
  });

  test('what may only be late is no loss yet: it is in the next report, if it did not come', () => {
    const reception = new Reception(0, 20);
    for (const sequence of [0, 1, 4, 5]) reception.noteArrival(sequence, 20 * sequence);
    expect(reception.report(200)).toMatchObject({ fractionLost: 0, cumulativeLost: 0, highestSequence: 5 });
    reception.noteArrival(2, 220);
    expect(reception.report(400)).toMatchObject({ fractionLost: 128, cumulativeLost: 1 });
  });

  test('the time of a repair is remembered at its longest, and fades', () => {
    const reception = new Reception(0, 20);
    reception.noteArrival(0, 0);
    reception.noteArrival(2, 40);
    reception.noteHere(1, 240);
    expect(reception.repairMs(240)).toBe(200);
    expect(reception.repairMs(20_240)).toBe(100);
    expect(reception.repairMs(100_000)).toBe(0);
  });

  test('a number far ahead costs no more than a bounded look back', () => {
    const reception = new Reception(0, 20);
    reception.noteArrival(0, 0);
    reception.noteArrival(2 ** 40, 20);
    expect(reception.report(20).highestSequence).toBe(2 ** 40);
  });
});
