import { describe, expect, it } from 'vitest';
import { PlayoutBuffer } from '../../../../device/media/playout-buffer.ts';
import { type ReceivedSlot, RtpReceiver } from '../../../../device/media/rtp-receiver.ts';
import { encodeRtp } from '../../../../src/wire/rtp.ts';

const OFFSET = 0xffff_ff00;

function packet(sequence: number, packetIndex = sequence): Uint8Array {
  return encodeRtp({
    payloadType: 97,
    marker: false,
    sequence: sequence % 65_536,
    timestamp: (OFFSET + packetIndex * 960) % 2 ** 32,
    ssrc: 1,
    payload: Uint8Array.of(0xfc),
  });
}

function receiver(capacity = 50, nextSequence = 0) {
  const resolved: ReceivedSlot[] = [];
  const buffer = new PlayoutBuffer(capacity);
  const forged = new Set<Uint8Array>();
  const open = (datagram: Uint8Array): Uint8Array | null => (forged.has(datagram) ? null : datagram);
  const made = new RtpReceiver({ open, buffer, nextSequence, waitingMax: 20, onResolved: (slot) => resolved.push(slot) });
  return { made, buffer, resolved, forged };
}

describe('the receiver', () => {
  it('acknowledges each authentic packet once, and never a forged one', () => {
    const { made, resolved, forged } = receiver();
    made.begin(OFFSET, null, 0);
    const bad = packet(1);
    forged.add(bad);
    for (const datagram of [packet(0), bad, packet(2), packet(0), packet(2)]) made.receive(datagram, 0);
    expect(resolved.map((slot) => slot.packetIndex)).toEqual([0, 2]);
    expect(made.counts).toEqual({ received: 2, refused: 1, duplicates: 2 });
  });

  it('keeps what overtook the answer to PLAY, and reads it when the timestamps are known', () => {
    const { made, resolved } = receiver();
    made.receive(packet(0), 0);
    made.receive(packet(1), 0);
    expect(resolved).toHaveLength(0);
    made.begin(OFFSET, null, 0);
    expect(resolved.map((slot) => slot.packetIndex)).toEqual([0, 1]);
  });

  it('follows the sequence over 16 bits and the timestamps over 32', () => {
    const { made, resolved, buffer } = receiver(50, 65_530);
    buffer.restart(65_530);
    made.begin(OFFSET, null, 0);
    for (let at = 65_530; at < 65_545; at += 1) made.receive(packet(at), 0);
    expect(resolved.map((slot) => slot.sequence)).toEqual(Array.from({ length: 15 }, (_, at) => 65_530 + at));
    expect(resolved.map((slot) => slot.packetIndex)).toEqual(resolved.map((slot) => slot.sequence));
  });

  it('does not acknowledge what finds no room, until there is room', () => {
    const { made, buffer, resolved } = receiver(4);
    made.begin(OFFSET, null, 0);
    for (let at = 0; at < 6; at += 1) made.receive(packet(at), 0);
    expect(resolved).toHaveLength(4);
    made.receive(packet(5), 0);
    buffer.take(0, 0);
    buffer.take(0, 0);
    made.retry(0);
    expect(resolved.map((slot) => slot.packetIndex)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('holds a bounded number of packets for a sender that does not stop', () => {
    const { made, resolved } = receiver(4);
    made.begin(OFFSET, null, 0);
    for (let at = 0; at < 200; at += 1) made.receive(packet(at), 0);
    expect(resolved).toHaveLength(4);
    expect(made.counts.refused).toBe(200 - 4 - 20);
  });
});
