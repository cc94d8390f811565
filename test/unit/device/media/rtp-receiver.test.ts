import { describe, expect, it } from 'vitest';
import { PlayoutBuffer } from '../../../../device/media/playout-buffer.ts';
import { type OpenedRtp, type ReceivedSlot, RtpReceiver } from '../../../../device/media/rtp-receiver.ts';
import { encodeRed, RED_PAYLOAD_TYPE } from '../../../../src/wire/red.ts';
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

/** A packet that brings copies of those before it. */
function redPacket(sequence: number, back: readonly number[], packetIndex = sequence): Uint8Array {
  const copies = back.map((steps) => ({ ticksBefore: 960 * steps, payload: Uint8Array.of(0xfc, packetIndex - steps) }));
  const payload = encodeRed({ copies, own: Uint8Array.of(0xfc, packetIndex) }, 97);
  return encodeRtp({ payloadType: RED_PAYLOAD_TYPE, marker: false, sequence, timestamp: (OFFSET + packetIndex * 960) % 2 ** 32, ssrc: 1, payload });
}

function receiver(capacity = 50, nextSequence = 0) {
  const resolved: ReceivedSlot[] = [];
  const buffer = new PlayoutBuffer(capacity);
  const forged = new Set<Uint8Array>();
  const open = (packet: Uint8Array): OpenedRtp | null => (forged.has(packet) ? null : { packet, repeated: false });
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
    expect(made.counts).toEqual({ received: 2, refused: 1, duplicates: 2, recovered: 0 });
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

  it('never acknowledges what comes after its place was concealed, however often and whichever way', () => {
    const { made, buffer, resolved } = receiver();
    made.begin(OFFSET, null, 0);
    for (const datagram of [packet(0), packet(3)]) made.receive(datagram, 0);
    for (const nowMs of [0, 0, 100, 100, 100]) buffer.take(nowMs, 0);
    expect(buffer.concealed).toBe(2);
    for (const datagram of [packet(1), packet(1), redPacket(4, [2]), packet(2)]) made.receive(datagram, 120);
    expect(resolved.map((slot) => slot.sequence)).toEqual([0, 3, 4]);
    expect(made.counts).toMatchObject({ duplicates: 2, refused: 0 });
    expect(made.reception.repairMs(120)).toBe(120);
  });

  it('acknowledges what was under way when the listener paused or sought: it is not sold again, and goes back as unheard', () => {
    const { made, buffer, resolved } = receiver();
    made.begin(OFFSET, null, 0);
    made.receive(packet(0), 0);
    buffer.seek(100);
    made.begin(OFFSET, 2, 0);
    for (const datagram of [packet(1), packet(2, 100)]) made.receive(datagram, 0);
    expect(resolved.map((slot) => slot.packetIndex)).toEqual([0, 1, 100]);
  });

  it('says for how long nothing came that was asked for', () => {
    const { made, buffer } = receiver();
    made.begin(OFFSET, null, 0);
    made.receive(packet(0), 100);
    expect(made.strangeForMs(5_000)).toBe(0);
    for (const atMs of [1_000, 2_000]) made.receive(packet(40 + atMs / 1_000, 3 + atMs / 1_000), atMs);
    expect(made.strangeForMs(5_000)).toBe(4_000);
    buffer.expectContinuation();
    made.retry(6_000);
    expect(made.strangeForMs(7_000)).toBe(0);
  });

  it('holds a bounded number of packets for a sender that does not stop', () => {
    const { made, resolved } = receiver(4);
    made.begin(OFFSET, null, 0);
    for (let at = 0; at < 200; at += 1) made.receive(packet(at), 0);
    expect(resolved).toHaveLength(4);
    expect(made.counts.refused).toBe(200 - 4 - 20);
  });
});

describe('copies of earlier packets (RFC 2198)', () => {
  it('a missed packet is taken from a later one, in its own slot and place, and acknowledged once', () => {
    const { made, buffer, resolved } = receiver();
    made.begin(OFFSET, null, 0);
    for (const datagram of [redPacket(0, []), redPacket(3, [2, 1])]) made.receive(datagram, 0);
    expect(resolved.map(({ sequence, packetIndex, payload }) => [sequence, packetIndex, payload[1]])).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
    expect([0, 1, 2, 3].map(() => buffer.take(0, 0)?.payload?.[1])).toEqual([0, 1, 2, 3]);
    expect(made.counts).toEqual({ received: 4, refused: 0, duplicates: 0, recovered: 2 });
  });

  it('what was taken from a copy is a duplicate when it comes itself, late or sent again; a unit is never there twice', () => {
    const { made, resolved } = receiver();
    made.begin(OFFSET, null, 0);
    for (const datagram of [redPacket(0, []), redPacket(2, [1]), packet(1), redPacket(3, [2, 1]), packet(1)]) made.receive(datagram, 0);
    expect(resolved.map((slot) => slot.sequence)).toEqual([0, 1, 2, 3]);
    expect(made.counts).toMatchObject({ duplicates: 2, recovered: 1 });
  });

  it('copies of what lies before this epoch or the work, or between two packets, are nothing', () => {
    const { made, resolved } = receiver(50, 10);
    made.begin(OFFSET, null, 0);
    made.receive(redPacket(10, [2, 1], 0), 0);
    const odd = encodeRed({ copies: [{ ticksBefore: 500, payload: Uint8Array.of(0xfc) }], own: Uint8Array.of(0xfc) }, 97);
    made.receive(encodeRtp({ payloadType: RED_PAYLOAD_TYPE, marker: false, sequence: 12, timestamp: (OFFSET + 2 * 960) % 2 ** 32, ssrc: 1, payload: odd }), 0);
    expect(resolved.map((slot) => slot.sequence)).toEqual([10, 12]);
    made.receive(encodeRtp({ payloadType: RED_PAYLOAD_TYPE, marker: false, sequence: 13, timestamp: OFFSET, ssrc: 1, payload: Uint8Array.of(0xe1) }), 0);
    expect(made.counts).toMatchObject({ recovered: 0, refused: 1 });
  });
});
