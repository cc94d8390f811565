import { describe, expect, test } from 'vitest';
import { LiveChannel } from '../../../../src/headend/channels/live-channel.ts';
import { LivePackets } from '../../../../src/headend/channels/live-packets.ts';
import { limits } from '../../../../src/limits.ts';
import { concatBytes } from '../../../../src/units/bytes.ts';
import { AUDIO_PID, tables, tsPacket, VIDEO_PID } from '../../../fakes/transport-stream.ts';

const PACKET_MS = 4;
const GOP_MS = 400;
const RESERVE = limits.channelReserveMs / PACKET_MS;

/** A channel, and a sender that is as far as it was told. */
class Studio {
  readonly channel = new LiveChannel({ packetMs: PACKET_MS, codec: 'h264' });
  nowMs = 0;
  /** Of the sender's own clock. */
  sentMs = 0;

  /** A picture that stands alone every 400 ms, a clock reference every 20 ms; with sound between. */
  send(durationMs: number, perTwenty = 1): this {
    for (const end = this.sentMs + durationMs; this.sentMs < end; this.sentMs += 20) {
      const start = this.sentMs % GOP_MS === 0;
      const picture = tsPacket(VIDEO_PID, { atMs: this.sentMs, start });
      const sound = Array.from({ length: perTwenty }, () => tsPacket(AUDIO_PID));
      this.channel.take(concatBytes(...(start ? tables() : []), picture, ...sound), this.nowMs);
      this.nowMs += 20;
    }
    return this;
  }

  watch(faults: string[] = []): LivePackets {
    return new LivePackets({ channel: this.channel, packetMs: PACKET_MS, nowMs: () => this.nowMs, onFault: (reason) => faults.push(reason) });
  }
}

describe('a live channel', () => {
  test('is joined at a picture that is kept ready, with a whole reserve behind it, by everybody who watches', () => {
    const studio = new Studio().send(4_000);
    for (const watcher of [studio.watch(), studio.watch()]) {
      expect(watcher.accessPoint(0)).toBe(0);
      // The reserve is there at once: nobody waits for the next picture.
      const ready = Array.from({ length: RESERVE }, (_, index) => watcher.packet(index));
      expect(ready.every((packet) => packet !== null && packet.length % 188 === 0)).toBe(true);
      // Tables first, then a picture from which a decoder can begin.
      expect([ready[0]?.[0], ((ready[0]?.[1] ?? 0) & 0x1f) * 256 + (ready[0]?.[2] ?? 0)]).toEqual([0x47, 0]);
      expect(watcher.packet(RESERVE + GOP_MS / PACKET_MS)).toBe(null);
    }
    expect(studio.channel.state(studio.nowMs)).toBe('on-air');
  });

  test('keeps no more than its cache, however long it runs', () => {
    const studio = new Studio().send(limits.channelCacheMs + 8_000);
    const { ring } = studio.channel;
    expect(ring.slot(ring.end - limits.channelCacheMs / PACKET_MS)).not.toBe('gone');
    expect(ring.slot(ring.end - limits.channelCacheMs / PACKET_MS - 1)).toBe('gone');
    expect(ring.accessPointAt(0)).toBe(null);
  });

  test('lets whoever comes back soon go on where he left, and whoever comes late join it as it is sent', () => {
    const studio = new Studio().send(4_000);
    const watcher = studio.watch();
    watcher.accessPoint(0);
    const seen = watcher.packet(200);
    studio.send(5_000);
    const back = watcher.accessPoint(210);
    expect(back).toBeGreaterThan(0);
    expect(back).toBeLessThanOrEqual(210);
    expect(watcher.packet(200)).toEqual(seen);
    studio.send(limits.channelCacheMs);
    expect(watcher.accessPoint(210)).toBe(210);
    expect(watcher.packet(210)).not.toBe(null);
  });

  test('ends for everybody with a reason when nothing comes any more, and says so in the map', () => {
    const [studio, faults] = [new Studio().send(2_000), [] as string[]];
    const watcher = studio.watch(faults);
    watcher.accessPoint(0);
    studio.nowMs += limits.channelSilenceMs;
    expect(watcher.packet(0)).toBe(null);
    expect(faults).toEqual(['the channel sends nothing']);
    expect(studio.channel.state(studio.nowMs)).toBe('silent');
  });

  test('begins anew where the clock of its sender does, and nobody is shown a mixture', () => {
    const [studio, faults] = [new Studio().send(4_000), [] as string[]];
    const watcher = studio.watch(faults);
    watcher.accessPoint(0);
    studio.sentMs = 40_000_000;
    studio.send(2_000);
    expect(watcher.packet(0)).toBe(null);
    expect(faults).toEqual(['the channel began anew']);
    const again = studio.watch(faults);
    expect([again.accessPoint(77), again.packet(77) === null]).toEqual([77, false]);
  });

  test('ends for a watcher who fell behind the cache instead of waiting for ever', () => {
    const [studio, faults] = [new Studio().send(4_000), [] as string[]];
    const watcher = studio.watch(faults);
    watcher.accessPoint(0);
    studio.send(limits.channelCacheMs + 4_000);
    expect(watcher.packet(0)).toBe(null);
    expect(faults).toEqual(['the channel went on without this box']);
  });

  test('takes bytes in any pieces, with rubbish between, and holds no more than a little of it', () => {
    const studio = new Studio();
    const whole = concatBytes(...tables(), tsPacket(VIDEO_PID, { atMs: 0, start: true }), tsPacket(VIDEO_PID, { atMs: 20 }));
    for (const piece of [whole.subarray(0, 100), whole.subarray(100, 377), whole.subarray(377)]) studio.channel.take(piece, 0);
    studio.channel.take(new Uint8Array(100_000).fill(7), 0);
    studio.channel.take(concatBytes(tsPacket(VIDEO_PID, { atMs: 40 }), tsPacket(VIDEO_PID, { atMs: 60 })), 0);
    expect(studio.channel.state(0)).toBe('on-air');
    expect(studio.channel.ring.end).toBeGreaterThan(8);
  });

  test('leaves out what is more than was said, and shows that it does', () => {
    const studio = new Studio().send(4_000, 60);
    expect(studio.channel.state(studio.nowMs)).toBe('too-fast');
    // 60 packets in 20 ms are nearly twice what five slots carry: what is kept is never later than a film may be.
    expect(studio.channel.ring.end * PACKET_MS).toBeLessThanOrEqual(4_000 + limits.videoLateMs + 3 * PACKET_MS);
  });

  test('says when it sends another picture than was said, or none', () => {
    const other = new LiveChannel({ packetMs: PACKET_MS, codec: 'hevc' });
    other.take(concatBytes(...tables(), tsPacket(VIDEO_PID, { atMs: 0, start: true })), 0);
    expect(other.state(0)).toBe('other-picture');
    const none = new LiveChannel({ packetMs: PACKET_MS, codec: 'h264' });
    none.take(concatBytes(...tables(), tsPacket(AUDIO_PID), tsPacket(VIDEO_PID, { atMs: 0 })), 0);
    expect([none.state(0), none.isOnAir(0)]).toEqual(['no-picture', false]);
  });
});
