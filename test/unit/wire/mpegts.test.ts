import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/units/bytes.ts';
import { NULL_PID, nullPacket, PCR_CYCLE_TICKS, PCR_TICKS_PER_MS, readTsPacket, TS_PACKET_BYTES } from '../../../src/wire/mpegts.ts';
import { type TimedTsPacket, TransportClock } from '../../../src/wire/mpegts-clock.ts';
import { SlotFiller, type TsSlot } from '../../../src/wire/mpegts-slots.ts';
import { crc32, TableReader } from '../../../src/wire/mpegts-tables.ts';
import { AUDIO_PID, encodeTsPacket, TABLE_PID, tables, tsPacket, VIDEO_PID } from '../../fakes/transport-stream.ts';

describe('a packet of a transport stream', () => {
  test.each([0, 1, 299, 300, 27_000_000, PCR_CYCLE_TICKS - 1])('keeps its clock of %i ticks', (pcrTicks) => {
    const bytes = encodeTsPacket({ pid: 256, unitStart: true, continuity: 9, randomAccess: true, pcrTicks, payload: Uint8Array.of(1, 2, 3) });
    expect(bytes).toHaveLength(TS_PACKET_BYTES);
    expect(readTsPacket(bytes)).toMatchObject({ pid: 256, unitStart: true, continuity: 9, randomAccess: true, pcrTicks, payload: Uint8Array.of(1, 2, 3) });
  });

  test('without its sync byte, cut off, marked as wrong or with a field beyond its end, is none', () => {
    const good = tsPacket(VIDEO_PID, { atMs: 5 });
    expect(readTsPacket(good)).not.toBeNull();
    expect(readTsPacket(good.subarray(1))).toBeNull();
    expect(readTsPacket(good.with(1, 0xff))).toBeNull();
    expect(readTsPacket(good.with(4, 200))).toBeNull();
    expect(new TransportClock(() => {}).take(concatBytes(good, good).with(188, 0))).toMatchObject({ ok: false, error: { code: 'no-sync' } });
  });

  test('of stuffing carries nothing', () => {
    expect(readTsPacket(nullPacket())).toMatchObject({ pid: NULL_PID, pcrTicks: null, randomAccess: false });
  });
});

describe('the tables', () => {
  test('lead to the picture and the clock of the first program', () => {
    const reader = new TableReader();
    for (const table of tables(0x24)) reader.take(readTsPacket(table) ?? expect.fail());
    expect(reader.program).toEqual({ tablePid: TABLE_PID, clockPid: VIDEO_PID, videoPid: VIDEO_PID, codec: 'hevc' });
  });

  test('with one wrong bit are not believed', () => {
    const reader = new TableReader();
    const [pat, pmt] = tables();
    reader.take(readTsPacket(pat) ?? expect.fail());
    reader.take(readTsPacket(pmt.with(187, (pmt[187] ?? 0) ^ 1)) ?? expect.fail());
    expect(reader.program).toBeNull();
  });

  test('use the check sum of MPEG-2', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0x0376e6e7);
  });
});

function timesOf(packets: readonly Uint8Array[]): readonly TimedTsPacket[] {
  const timed: TimedTsPacket[] = [];
  const clock = new TransportClock((packet) => timed.push(packet));
  expect(clock.take(concatBytes(...tables(), ...packets)).ok).toBe(true);
  clock.finish();
  return timed;
}

const millis = (packet: TimedTsPacket): number => packet.ticks / PCR_TICKS_PER_MS;

describe('the clock', () => {
  test('spreads what lies between two references evenly, stuffing included, and goes on at that pace', () => {
    const timed = timesOf([
      tsPacket(VIDEO_PID, { atMs: 100, start: true }),
      tsPacket(VIDEO_PID),
      nullPacket(),
      tsPacket(AUDIO_PID),
      tsPacket(VIDEO_PID, { atMs: 140 }),
      tsPacket(AUDIO_PID),
    ]);
    expect(timed.map(millis)).toEqual([0, 0, 0, 10, 30, 40, 50]);
    expect(timed.map(({ kind }) => kind)).toEqual(['tables', 'tables', 'start', 'media', 'media', 'media', 'media']);
  });

  test('goes on where its counter begins again, and over a cut', () => {
    const endMs = PCR_CYCLE_TICKS / PCR_TICKS_PER_MS;
    const timed = timesOf([endMs - 40, 0, 40, 9_000_000, 9_000_040].map((atMs) => tsPacket(VIDEO_PID, { atMs })));
    expect(timed.slice(2).map((packet) => Math.round(millis(packet)))).toEqual([0, 40, 80, 120, 160]);
  });

  test('that is missing ends in an error, not in memory', () => {
    const clock = new TransportClock(() => {});
    const part = concatBytes(...tables(), ...Array.from({ length: 1_000 }, () => tsPacket(AUDIO_PID)));
    const results = Array.from({ length: 30 }, () => clock.take(part));
    expect(results.findIndex((result) => !result.ok && result.error.code === 'no-clock')).toBeGreaterThan(0);
  });
});

function slotsOf(packetMs: number, packets: readonly (Partial<TimedTsPacket> & { readonly atMs: number })[]): { slots: readonly TsSlot[]; late: number } {
  const slots: TsSlot[] = [];
  const filler = new SlotFiller(packetMs, (slot) => slots.push(slot));
  for (const { atMs, bytes = tsPacket(VIDEO_PID), kind = 'media' } of packets) filler.take({ bytes, kind, ticks: atMs * PCR_TICKS_PER_MS });
  expect(filler.finish()).toBe(slots.length);
  return { slots, late: filler.lateSlots };
}

const sizes = (slots: readonly TsSlot[]): readonly number[] => slots.map(({ payload }) => payload.length / TS_PACKET_BYTES);

describe('the packets of a fixed time', () => {
  test('carry what the clock makes due, seven at most, and the rest a packet later', () => {
    const due = [0, 0, 4, ...Array.from({ length: 9 }, () => 5), 8].map((atMs) => ({ atMs }));
    const { slots, late } = slotsOf(4, due);
    expect(sizes(slots)).toEqual([2, 7, 4]);
    expect(late).toBe(1);
    expect(slots.map(({ packetIndex }) => packetIndex)).toEqual([0, 1, 2]);
  });

  test('carry stuffing where nothing is due, so that their number is the time', () => {
    const { slots } = slotsOf(10, [{ atMs: 0 }, { atMs: 35 }]);
    expect(sizes(slots)).toEqual([1, 1, 1, 1]);
    expect(readTsPacket(slots[1]?.payload ?? new Uint8Array())).toMatchObject({ pid: NULL_PID });
  });

  test('begin anew, tables first, with a picture from which a decoder can begin', () => {
    const [pat, pmt] = tables();
    const start = tsPacket(VIDEO_PID, { start: true });
    const { slots } = slotsOf(20, [
      { atMs: 0, bytes: pat, kind: 'tables' },
      { atMs: 0, bytes: pmt, kind: 'tables' },
      { atMs: 0, bytes: start, kind: 'start' },
      { atMs: 21 },
      { atMs: 22, bytes: start, kind: 'start' },
    ]);
    expect(slots.map(({ accessPoint }) => accessPoint)).toEqual([true, false, true]);
    for (const { payload } of [slots[0], slots[2]].map((slot) => slot ?? expect.fail())) expect(payload).toEqual(concatBytes(pat, pmt, start));
  });
});
