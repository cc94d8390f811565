import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ACK_AUTHS } from '../../src/domain/credit/terms.ts';
import { ackpayCodec } from '../../src/platform/crypto/ackpay-codec.ts';
import { sealAckpay } from '../../src/platform/crypto/ackpay-seal.ts';
import { createSrtpSender } from '../../src/platform/srtp.ts';
import { sidBytes } from '../../src/wire/ack-receipt.ts';
import { PaidScene, R, W } from '../fakes/paid-scene.ts';

/** Each attack on either form: messages with a tag of their own, and short ones that SRTCP alone proves. */
describe.each(ACK_AUTHS)('proved by %s', (ackAuth) => {
  let scene: PaidScene;

  beforeEach(async () => {
    scene = await PaidScene.open({ ackAuth });
    scene.receipts = 'none';
    scene.play();
    await scene.run(1_000);
  });

  /** What was taken so far, and everything an attacker could have moved. */
  function taken() {
    const { packetsPaid, packetsAcknowledged, packetsSent, unpaidPackets } = scene.stream.view();
    return { packetsPaid, packetsAcknowledged, packetsSent, unpaidPackets };
  }

  describe('ruling 25: acknowledgements of an attacker', () => {
    test('forged: without the keys nothing of it counts, and it is no abuse of the box', async () => {
      const other = await PaidScene.open({ ackAuth });
      other.play();
      const before = taken();
      for (let count = 0; count < 50; count += 1) scene.stream.onRtcp(other.box.claimUpTo(before.packetsSent));
      expect(taken()).toEqual(before);
      const { unauthenticated, replayed, abuse } = scene.stream.faults();
      expect([unauthenticated + replayed, abuse]).toEqual([50, 0]);
    });

    test('a receipt under a price that the terms do not have pays for nothing, and is abuse', async () => {
      for (const node of [1, 7, 8, 255]) {
        const { abuse } = scene.stream.faults();
        scene.box.receipt({ lie: (honest) => ({ ...honest, node }) });
        await scene.clock.advance(100);
        expect(scene.stream.faults().abuse).toBe(abuse + 1);
      }
      await scene.run(1_000);
      expect(scene.box.lastWindow).toMatchObject({ receiptedPaid: 0 });
      expect(scene.box.lastWindow?.acknowledgedPaid).toBeGreaterThan(50);
    });

    test('forged inside: rightly encrypted, but written in another form than was agreed, it is foreign', () => {
      const { keys, row, epoch, terms } = scene.session;
      const ack = { type: 'ack', epoch, counter: 9_999, base: 10, bitmap: 0n, ranges: [], paidPackets: 10, challenge: null } as const;
      const other = ackpayCodec(keys, { ...terms, credit: { ...terms.credit, ackAuth: ackAuth === 'srtcp' ? 'hmac-sha256-128' : 'srtcp' } }, row.termsHash);
      const before = taken();
      scene.stream.onRtcp(createSrtpSender(keys.srtpToHeadend, 77).protectRtcp(other.write(ack, { sender: 77, media: scene.stream.ssrc })));
      expect(taken()).toEqual(before);
      expect(scene.stream.faults()).toMatchObject({ foreign: 1, abuse: 0 });
    });

    test('reflected: what the headend said itself, sent back to it, is nothing', async () => {
      const heard = vi.spyOn(scene.box, 'onRtcp');
      await scene.run(1_000);
      const said = heard.mock.calls.map(([bytes]) => bytes);
      expect(said.length).toBeGreaterThan(3);
      const before = taken();
      for (const bytes of said) scene.stream.onRtcp(bytes);
      expect(taken()).toEqual(before);
      expect(scene.stream.faults()).toMatchObject({ unauthenticated: said.length, abuse: 0 });
    });

    test('replayed: the same datagram again, now or a thousand ACKs later, is taken once', async () => {
      const replay = scene.box.claimUpTo(scene.box.ledger.base);
      const before = taken();
      for (let count = 0; count < 20; count += 1) scene.stream.onRtcp(replay);
      expect(taken()).toEqual(before);
      await scene.run(5_000);
      const later = taken();
      scene.stream.onRtcp(replay);
      expect(taken()).toEqual(later);
      expect(scene.stream.faults().replayed).toBe(21);
    });

    test('reordered: an older ACK after a newer one takes nothing back and gives nothing twice', async () => {
      scene.acknowledges = false;
      scene.box.receipt();
      const held: Uint8Array[] = [];
      const deliver = scene.stream.onRtcp.bind(scene.stream);
      Object.defineProperty(scene.stream, 'onRtcp', { value: (bytes: Uint8Array) => held.push(bytes) > 0, configurable: true });
      for (let count = 0; count < 5; count += 1) {
        await scene.run(200);
        scene.box.acknowledge();
      }
      Object.defineProperty(scene.stream, 'onRtcp', { value: deliver, configurable: true });
      const newest = held.pop() ?? new Uint8Array();
      const acknowledged = scene.box.ledger.ackedPaid;
      deliver(newest);
      const after = taken();
      for (const older of held.reverse()) deliver(older);
      expect(taken()).toEqual(after);
      expect(after.packetsPaid).toBe(acknowledged);
    });

    test('truncated, or with any one bit turned: dropped without effect', () => {
      const honest = scene.box.claimUpTo(scene.box.ledger.base);
      const before = taken();
      for (let length = 0; length < honest.length; length += 1) scene.stream.onRtcp(honest.subarray(0, length));
      for (let bit = 0; bit < 8 * honest.length; bit += 5) {
        scene.stream.onRtcp(honest.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)));
      }
      expect(taken()).toEqual(before);
      expect(scene.stream.faults().abuse).toBe(0);
    });

    test('optimistic: a slot that was never sent is no credit, and twenty such claims end the session', async () => {
      const before = taken();
      scene.box.claimUpTo(before.packetsSent + 1);
      expect(taken().packetsPaid).toBe(before.packetsPaid);
      for (let count = 0; count < 20; count += 1) scene.box.claimUpTo(1_000_000);
      expect(scene.ended).toEqual(['the device sends impossible acknowledgements']);
      await scene.run(2_000);
      expect(scene.stream.view().packetsSent).toBe(before.packetsSent);
    });
  });

  describe('ruling 24: acknowledgements of what did not arrive', () => {
    test('claiming packets that were sent but not received runs into a challenge: it stops, and the challenged packet is never owed', async () => {
      scene.acknowledges = false;
      scene.box.loses = () => true;
      for (let turn = 0; turn < 100; turn += 1) {
        await scene.run(200);
        scene.box.claimUpTo(scene.stream.view().packetsSent);
      }
      const { packetsSent, suspended } = scene.stream.view();
      expect(suspended).toBe(true);
      expect(packetsSent).toBeLessThan(4 * W + 64);
    });
  });

  describe('rulings 14, 15, 22: acknowledgements that stop', () => {
    test('a silent box gets exactly W more, one that denies its ACKs exactly R in all', async () => {
      scene.acknowledges = false;
      const paid = scene.stream.view().packetsPaid;
      await scene.run(10_000);
      expect(scene.stream.view().packetsSent).toBe(paid + W);
      const denying = await PaidScene.open({ ackAuth });
      denying.receipts = 'withheld';
      denying.play();
      await denying.run(20_000);
      expect(denying.stream.view().packetsSent).toBe(R);
    });

    test('an ACK of an earlier epoch, under its own keys, means nothing to the next', async () => {
      const next = await PaidScene.open({ ackAuth, epoch: 1 });
      next.play();
      await next.run(1_000);
      const before = next.stream.view();
      next.stream.onRtcp(scene.box.claimUpTo(5));
      expect(next.stream.view()).toEqual(before);
      expect(next.stream.faults().unauthenticated).toBe(1);
    });
  });

  describe('ruling 26: all messages share header, counter and tag', () => {
    test('a CONFIRM that is said a hundred times, or replayed, is one confirmation, and one with other terms is none', async () => {
      const trial = await PaidScene.open({ ackAuth, trialPackets: 100 });
      trial.play();
      await trial.run(1_000);
      const other = { type: 'confirm', epoch: 0, mode: 'button', eventId: trial.eventId, termsHash: new Uint8Array(16).fill(9) } as const;
      const replay = trial.box.say({ ...other, counter: 10_000 });
      await trial.run(400);
      expect(trial.box.lastWindow?.confirmEventId).toEqual(new Uint8Array(16));
      for (let count = 1; count <= 100; count += 1) trial.box.say({ ...other, counter: 10_000 + count, termsHash: termsHashOf(trial) });
      for (let count = 0; count < 100; count += 1) trial.stream.onRtcp(replay);
      await trial.clock.advance(1_000);
      expect(trial.box.lastWindow?.confirmEventId).toEqual(trial.eventId);
      expect(trial.indexes.filter((index) => index === 0).length).toBe(2);
    });
  });
});

test('forged inside: rightly encrypted, but with a tag of another session, it is foreign', async () => {
  const scene = await PaidScene.open({ ackAuth: 'hmac-sha256-128' });
  scene.play();
  await scene.run(1_000);
  const other = await PaidScene.open({ ackAuth: 'hmac-sha256-128' });
  const { keys, row, epoch } = scene.session;
  const ack = { type: 'ack', epoch, counter: 9_999, base: 10, bitmap: 0n, ranges: [], paidPackets: 10, challenge: null } as const;
  const forged = sealAckpay({ ...keys, deviceTag: other.session.keys.deviceTag }, sidBytes(row.sid), ack, { sender: 77, media: scene.stream.ssrc });
  const before = scene.stream.view();
  scene.stream.onRtcp(createSrtpSender(keys.srtpToHeadend, 77).protectRtcp(forged));
  expect(scene.stream.view()).toEqual(before);
  expect(scene.stream.faults()).toMatchObject({ foreign: 1, abuse: 0 });
});

function termsHashOf(other: PaidScene): Uint8Array {
  return new Uint8Array(Buffer.from(other.session.row.termsHash, 'hex')).subarray(0, 16);
}
