import { describe, expect, test } from 'vitest';
import {
  acknowledge,
  dueRetransmissions,
  expire,
  type MonitorState,
  nextSend,
  noteChallenge,
  windowView,
} from '../../../../src/domain/credit/credit-monitor.ts';
import { ackOf, paidBy, paidMonitor } from './credit-fixtures.ts';

const RESPONSE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const WRONG = new Uint8Array(8);

/** 40 packets, one every 20 ms; the tenth is challenged. */
function challenged(): MonitorState {
  const monitor = paidMonitor();
  for (let at = 0; at < 40; at += 1) {
    nextSend(monitor, at * 20);
    if (at === 10) noteChallenge(monitor, 10, RESPONSE);
  }
  return monitor;
}

describe('a challenged packet (ruling 24)', () => {
  test('counts only with its response, which may come in a later ACK', () => {
    const monitor = challenged();
    expect(paidBy(monitor, ackOf(1, 20), 400)).toBe(19);
    expect(windowView(monitor)).toMatchObject({ resolvedBase: 10, challengeAnswered: -1 });
    expect(paidBy(monitor, ackOf(2, 20, [], { challenge: { sequence: 10, response: RESPONSE } }), 420)).toBe(1);
    expect(windowView(monitor)).toMatchObject({ resolvedBase: 20, challengeAnswered: 10 });
  });

  test('is not sent again once the device says that it has it; one that it does not have is', () => {
    const has = challenged();
    paidBy(has, ackOf(1, 20), 800);
    expect(dueRetransmissions(has, 900)).toEqual([]);
    const lacks = challenged();
    paidBy(lacks, ackOf(1, 10, [], { ranges: [[11, 20]] }), 800);
    expect(dueRetransmissions(lacks, 900)).toEqual([10]);
  });

  test('a response without the packet is not an acknowledgement', () => {
    const monitor = challenged();
    expect(paidBy(monitor, ackOf(1, 5, [], { challenge: { sequence: 10, response: RESPONSE } }), 400)).toBe(5);
    expect(paidBy(monitor, ackOf(2, 20), 420)).toBe(15);
  });

  test('a wrong response under a valid tag is abuse and changes nothing (ruling 25)', () => {
    const monitor = challenged();
    expect(acknowledge(monitor, ackOf(1, 20, [], { challenge: { sequence: 10, response: WRONG } }), 400)).toEqual({ accepted: false, fault: 'challenge' });
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 0, abusiveAcks: 1 });
  });

  test('a response to nothing that was asked is ignored', () => {
    expect(paidBy(challenged(), ackOf(1, 20, [], { challenge: { sequence: 11, response: WRONG } }), 400)).toBe(19);
  });

  test('not received, it is owed nothing and suspends nobody', () => {
    const monitor = challenged();
    paidBy(monitor, ackOf(1, 10, [11, 12, 13, 14]), 400);
    for (let at = 40; at < 200; at += 1) {
      nextSend(monitor, at * 20);
      paidBy(monitor, ackOf(at, 10, [11, 12, 13, 14], { ranges: [[15, monitor.nextSequence - 15]] }), at * 20);
      expire(monitor, at * 20);
    }
    expect(windowView(monitor)).toMatchObject({ suspended: false, lostPaid: 1 });
  });

  test('claimed without a response for 2 round trips and 64 packets, it suspends; a late response lifts that', () => {
    const monitor = challenged();
    paidBy(monitor, ackOf(1, 40), 800);
    let at = 40;
    for (; windowView(monitor).suspended === false && at < 500; at += 1) {
      expect(nextSend(monitor, at * 20).send).toBe(true);
      paidBy(monitor, ackOf(at, at + 1), at * 20);
      expire(monitor, at * 20);
    }
    expect(at - 40).toBe(64);
    expect(nextSend(monitor, at * 20)).toEqual({ send: false, why: 'suspended' });
    paidBy(monitor, ackOf(at, at, [], { challenge: { sequence: 10, response: RESPONSE } }), at * 20);
    expect(nextSend(monitor, at * 20).send).toBe(true);
  });

  test('a total that claims it all the same does not make it paid without the response', () => {
    const monitor = challenged();
    paidBy(monitor, ackOf(1, 20, [], { paidPackets: 20 }), 400);
    expire(monitor, 1_100);
    expire(monitor, 1_600);
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 19, lostPaid: 1 });
    paidBy(monitor, ackOf(2, 20, [], { paidPackets: 20, challenge: { sequence: 10, response: RESPONSE } }), 1_610);
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 20, lostPaid: 0 });
  });
});
