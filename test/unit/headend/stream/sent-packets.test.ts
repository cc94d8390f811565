import { describe, expect, it } from 'vitest';
import { SentPackets } from '../../../../src/headend/stream/sent-packets.ts';
import { limits } from '../../../../src/limits.ts';

const FIRST = 70_000;
const payloadOf = (sequence: number): Uint8Array => new Uint8Array([sequence & 0xff, (sequence >> 8) & 0xff]);

function filled(packets: number): SentPackets {
  const sent = new SentPackets(FIRST);
  for (let sequence = FIRST; sequence < FIRST + packets; sequence += 1)
    sent.keep(sequence, sequence - 1, sequence === FIRST, payloadOf(sequence), sequence % 40 === 0 ? new Uint8Array(8).fill(sequence) : null);
  return sent;
}

describe('packets that may be sent again', () => {
  it('are found as they went out, however many are under way', () => {
    const sent = filled(1_000);
    for (const sequence of [FIRST, FIRST + 1, FIRST + 127, FIRST + 128, FIRST + 999]) {
      const challenge = sequence % 40 === 0 ? new Uint8Array(8).fill(sequence) : null;
      expect(sent.find(sequence)).toEqual({ packetIndex: sequence - 1, marker: sequence === FIRST, payload: payloadOf(sequence), challenge });
    }
    expect([FIRST - 1, FIRST + 1_000].map((sequence) => sent.find(sequence))).toEqual([null, null]);
  });

  it('are gone once they are resolved, and what took their places is not taken for them', () => {
    const sent = filled(100);
    sent.forgetBelow(FIRST + 60);
    sent.forgetBelow(FIRST + 10);
    expect(sent.find(FIRST + 59)).toBeNull();
    expect(sent.find(FIRST + 60)).toMatchObject({ packetIndex: FIRST + 59 });
    for (let sequence = FIRST + 100; sequence < FIRST + 180; sequence += 1) sent.keep(sequence, 5, false, payloadOf(sequence), null);
    expect(sent.find(FIRST + 130)).toEqual({ packetIndex: 5, marker: false, payload: payloadOf(FIRST + 130), challenge: null });
    expect(sent.find(FIRST + 2)).toBeNull();
  });

  it('are so many and no more: of a stream of which nothing is resolved the oldest go', () => {
    const sent = filled(limits.monitorRingPackets + 5);
    expect(sent.find(FIRST + 4)).toBeNull();
    expect(sent.find(FIRST + 5)).toMatchObject({ payload: payloadOf(FIRST + 5) });
    expect(sent.find(FIRST + limits.monitorRingPackets + 4)).not.toBeNull();
  });
});
