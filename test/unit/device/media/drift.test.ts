import { describe, expect, it } from 'vitest';
import { AudioFeed } from '../../../../device/media/audio-feed.ts';
import { PlayoutBuffer } from '../../../../device/media/playout-buffer.ts';
import { PlaySchedule, paidAhead } from '../../../../src/headend/stream/play-schedule.ts';
import { limits } from '../../../../src/limits.ts';
import { every, monotonicMs } from '../../../../src/ports/clock.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';
import { FakePlayer } from '../../../fakes/fake-player.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const HOUR_MS = 3_600_000;
const PACKETS = 200_000;
const PAYLOAD = Uint8Array.of(0xfc, 1, 2);
const WORK = { packets: PACKETS, preSkip: 312, totalSamples: PACKETS * 960 - 312, channels: 2, gainDb: 0 };

interface Heard {
  readonly gaps: number;
  readonly concealed: number;
  readonly refused: number;
  readonly leadsMs: readonly number[];
  readonly speeds: readonly number[];
}

/** A headend whose clock runs `ppm` faster than the one that plays, for so long; both as they are, the network without loss. */
async function listen(ppm: number, milliseconds: number, corrected: boolean): Promise<Heard> {
  const clock = new VirtualClock();
  const player = new FakePlayer(clock);
  if (!corrected) player.setSpeed = async () => {};
  const buffer = new PlayoutBuffer(CREDIT_TERMS.playoutBufferPackets);
  const heard = { gaps: 0, concealed: 0, refused: 0, leadsMs: [] as number[], speeds: [] as number[] };
  const raise = (event: string): void => {
    if (event === 'starved') heard.gaps += 1;
  };
  const feed = new AudioFeed({ clock, player, buffer, work: WORK, raise, onRoom: () => {}, onFault: () => {} }, PACKETS, 0);
  const senderMs = (): number => monotonicMs(clock) * (1 + ppm / 1e6);
  const schedule = new PlaySchedule(senderMs(), paidAhead(CREDIT_TERMS));
  let sent = 0;
  const stop = every(clock, limits.packetMs, () => {
    for (const due = schedule.due(senderMs()); sent < due; sent += 1) {
      const placed = buffer.put({ sequence: sent, packetIndex: sent, payload: PAYLOAD }, monotonicMs(clock));
      if (placed !== 'placed') heard.refused += 1;
    }
  });
  for (let passed = 0; passed < milliseconds; passed += 60_000) {
    await clock.advance(60_000);
    heard.leadsMs.push(feed.leadMs + buffer.spanPackets * limits.packetMs);
    heard.speeds.push(player.speed);
  }
  stop();
  await feed.end();
  heard.concealed = buffer.concealed;
  return heard;
}

describe('the clocks of headend and sound card', () => {
  it.each([200, -200])('differ by %i ppm for an hour: no gap, nothing refused, the lead keeps still', { timeout: 60_000 }, async (ppm) => {
    const { gaps, concealed, refused, leadsMs, speeds } = await listen(ppm, HOUR_MS, true);
    expect({ gaps, concealed, refused }).toEqual({ gaps: 0, concealed: 0, refused: 0 });
    const settled = leadsMs.slice(20);
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThanOrEqual(2 * limits.packetMs);
    expect(Math.abs((leadsMs.at(-1) ?? 0) - limits.streamLeadMs)).toBeLessThan(1.5 * limits.driftBandMs);
    expect(Math.max(...speeds.map((speed) => Math.abs(speed - 1)))).toBeLessThanOrEqual(limits.driftSpeedMaxPerMillion / 1e6);
    const mean = speeds.slice(20).reduce((sum, speed) => sum + speed - 1, 0) / (speeds.length - 20);
    expect(mean * 1e6).toBeCloseTo(ppm, -2);
  });

  it('are left alone where they agree', async () => {
    const { speeds } = await listen(0, 5 * 60_000, true);
    expect(new Set(speeds)).toEqual(new Set([1]));
  });

  it('would break the sound or overflow the buffer if nothing was done', { timeout: 60_000 }, async () => {
    expect((await listen(-400, HOUR_MS / 2, false)).gaps).toBeGreaterThan(0);
    expect((await listen(400, HOUR_MS / 2, false)).refused).toBeGreaterThan(0);
  });
});
