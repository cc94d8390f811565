import { describe, expect, test } from 'vitest';
import { indexesIn } from '../../../../src/domain/credit/paid-ranges.ts';
import { firstSlotOfNextEpoch } from '../../../../src/domain/credit/sequence-reserve.ts';
import { limits } from '../../../../src/limits.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { isRtx } from '../../../../src/wire/rtx.ts';
import { PaidScene, payloadOf, R, W } from '../../../fakes/paid-scene.ts';

const PREBUFFER_PACKETS = 8;
/** 600 ms ahead of the ear, reached after some 4.4 s of sending a tenth faster. */
const LEAD_PACKETS = 30;

describe('a paid stream under the credit window', () => {
  test('plays a whole work in order, at the pace of the music, and every packet becomes durable as paid', async () => {
    const scene = await PaidScene.open({ packets: 700 });
    scene.play();
    await scene.run(10_000);
    expect(scene.indexes.length).toBe(500 + LEAD_PACKETS);
    await scene.run(6_000);
    expect(scene.indexes).toEqual(Array.from({ length: 700 }, (_, index) => index));
    expect(scene.box.packets.every((packet) => toHex(packet.payload) === toHex(payloadOf(packet.packetIndex)))).toBe(true);
    expect(scene.storedPaid).toBe(700);
    expect(scene.box.lastWindow?.phase).toBe('drained');
    expect(scene.ended).toEqual([]);
  });

  test('bursts the prebuffer at once, then sends a tenth faster than the music until 600 ms lie ahead, then at its pace', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.clock.advance(0);
    expect(scene.rtp.length).toBe(PREBUFFER_PACKETS);
    await scene.clock.advance(500);
    expect(scene.rtp.length).toBe(PREBUFFER_PACKETS + 25 + 2);
    await scene.run(3_900);
    expect(scene.rtp.length).toBe(220 + LEAD_PACKETS);
    await scene.run(20_000);
    expect(scene.rtp.length).toBe(1_220 + LEAD_PACKETS);
  });

  test('its packets are 20 ms apart wherever it sits on the wheel, and ACKs in between bring none forward', async () => {
    const scene = await PaidScene.open();
    scene.pacer.join({ tick: () => {} });
    await scene.clock.advance(7);
    scene.play();
    await scene.run(8_000);
    const leftMs: number[] = [];
    for (let step = 0; step < 1_000; step += 1) {
      const before = scene.rtp.length;
      await scene.clock.advance(1);
      if (step % 13 === 0) scene.box.acknowledge();
      if (scene.rtp.length > before) leftMs.push(step);
    }
    expect(leftMs.length).toBe(50);
    const offsets = leftMs.map((atMs, packet) => atMs - 20 * packet);
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThanOrEqual(3);
  });

  test('stops a client that is silent from the start after exactly W packets', async () => {
    const scene = await PaidScene.open();
    scene.acknowledges = false;
    scene.receipts = 'none';
    scene.play();
    await scene.run(20_000);
    expect(scene.rtp.length).toBe(W);
    expect(scene.box.lastWindow?.phase).toBe('suspended');
  });

  test('stops after exactly W when ACKs are suppressed later, and goes on at once when they come back', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(4_000);
    const acknowledged = scene.stream.view().packetsPaid;
    scene.acknowledges = false;
    scene.receipts = 'none';
    await scene.run(10_000);
    expect(scene.stream.view().packetsSent - acknowledged).toBe(W);
    expect(scene.stream.view()).toMatchObject({ suspended: true, unpaidPackets: W });
    const before = scene.rtp.length;
    scene.acknowledges = true;
    scene.box.acknowledge();
    expect(scene.rtp.length - before).toBeGreaterThan(0);
    expect(scene.rtp.length - before).toBeLessThanOrEqual(PREBUFFER_PACKETS + 1);
    await scene.run(2_000);
    expect(scene.indexes.length).toBeGreaterThan(before + 90);
    expect(scene.stream.view().suspended).toBe(false);
    expect(scene.stream.view().maxUnpaidPackets).toBeLessThanOrEqual(W);
  });

  test('risks at most R with a peer that acknowledges but never signs', async () => {
    const scene = await PaidScene.open();
    scene.receipts = 'withheld';
    scene.play();
    await scene.run(20_000);
    expect(scene.rtp.length).toBe(R);
  });

  test('lets no receipt open the window that is not durable', async () => {
    const scene = await PaidScene.open();
    scene.store.broken = true;
    scene.play();
    await scene.run(20_000);
    expect(scene.rtp.length).toBe(R);
    expect(scene.log.map((line) => line.event)).toContain('registry-not-stored');
    scene.store.broken = false;
    scene.box.acknowledge();
    scene.box.receipt();
    await scene.run(1_000);
    expect(scene.rtp.length).toBeGreaterThan(R);
  });

  test('sends what was lost again in a stream of its own (RFC 4588), and the work still arrives whole', async () => {
    const scene = await PaidScene.open({ packets: 600 });
    let count = 0;
    scene.box.loses = () => {
      count += 1;
      return count % 37 === 0;
    };
    scene.play();
    await scene.run(16_000);
    expect([...new Set(scene.indexes)].length).toBe(600);
    const ssrcOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(8);
    const repeats = scene.rtp.filter(isRtx);
    const repeated = repeats.length;
    expect(scene.rtp.length - repeated).toBe(600);
    expect(new Set(repeats.map(ssrcOf))).toEqual(new Set([scene.stream.ssrc + 1]));
    expect(scene.storedPaid).toBe(600);
    expect(repeated).toBeGreaterThan(10);
    expect(repeated).toBeLessThanOrEqual(scene.rtp.length / 10);
  });

  test('after an outage at the very start it brings all that was lost, although that is more than a tenth, and goes on', async () => {
    const scene = await PaidScene.open({ packets: 600 });
    scene.play();
    await scene.run(300);
    const heard = scene.indexes.length;
    scene.acknowledges = false;
    scene.box.loses = () => true;
    await scene.run(3_000);
    expect(scene.stream.view()).toMatchObject({ suspended: true });
    scene.acknowledges = true;
    scene.box.loses = () => false;
    await scene.run(1_500);
    expect(heard).toBeLessThan(30);
    expect(new Set(scene.indexes).size).toBeGreaterThan(heard + W);
    expect(scene.stream.view()).toMatchObject({ suspended: false });
    await scene.run(14_000);
    expect(new Set(scene.indexes).size).toBe(600);
    expect(scene.storedPaid).toBe(600);
    expect(scene.stream.view().maxUnpaidPackets).toBeLessThanOrEqual(W);
  });

  test('says WINDOW more often while little credit is left, to a box that speaks', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(4_000);
    const windowsIn = async (milliseconds: number): Promise<number> => {
      const before = scene.box.windows.length;
      await scene.run(milliseconds);
      return scene.box.windows.length - before;
    };
    // A receipt brings one at once.
    expect(await windowsIn(2_000)).toBeLessThanOrEqual(12);
    scene.acknowledges = false;
    scene.receipts = 'none';
    const withoutAcks = await windowsIn(1_200);
    expect(withoutAcks).toBeGreaterThan(8);
    expect(withoutAcks).toBeLessThanOrEqual(16);
    expect(await windowsIn(2_000)).toBe(10);
  });

  test('held up, it takes an ACK that waited here for no sign of loss, and sends again what is missing once it is punctual', async () => {
    const scene = await PaidScene.open({ packets: 2_000 });
    scene.play();
    await scene.run(6_000);
    const repeats = (): number => scene.rtp.filter(isRtx).length;
    scene.box.loses = () => true;
    await scene.clock.advance(100);
    scene.clock.sleepThrough(700);
    await scene.clock.advance(1);
    scene.box.acknowledge();
    await scene.clock.advance(100);
    expect(repeats()).toBe(0);
    scene.box.loses = () => false;
    await scene.run(1_000);
    expect(repeats()).toBeGreaterThan(3);
  });

  test('freezes while paused and goes on at the heard position, what was paid for again free', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(4_000);
    scene.stream.pause();
    await scene.run(60_000);
    const paid = scene.stream.view().packetsPaid;
    const sent = scene.rtp.length;
    expect(paid).toBe(sent);
    scene.play(150);
    await scene.run(1_000);
    expect(scene.stream.view().packetsPaid).toBe(paid);
    expect(scene.box.lastWindow?.spans.at(-1)).toMatchObject({ packetIndex: 150, billingClass: 'regrant' });
    await scene.run(1_000);
    expect(scene.box.lastWindow?.spans.at(-1)).toMatchObject({ packetIndex: sent, billingClass: 'paid' });
    await scene.run(2_000);
    scene.stream.pause();
    await scene.run(400);
    expect(scene.stream.view().packetsPaid).toBe(new Set(scene.indexes).size);
  });
});

describe('a pre-listen', () => {
  test('sends the trial, nothing of it owed, and stops for the answer', async () => {
    const scene = await PaidScene.open({ trialPackets: 200 });
    scene.play();
    await scene.run(10_000);
    expect(scene.indexes).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(scene.stream.view().packetsPaid).toBe(0);
    expect(scene.box.lastWindow?.phase).toBe('trial');
    expect(scene.stream.play(200)).toBeNull();
  });

  test('begins the work again as paid once the confirmation is durable, and echoes its event', async () => {
    const scene = await PaidScene.open({ trialPackets: 200, packets: 600 });
    scene.play();
    await scene.run(2_000);
    scene.box.confirm(scene.eventId);
    expect(scene.store.confirmations).toEqual([scene.eventIdHex]);
    expect(toHex(scene.box.lastWindow?.confirmEventId ?? new Uint8Array(0))).toBe(scene.eventIdHex);
    scene.box.confirm(scene.eventId);
    expect(scene.store.confirmations.length).toBe(1);
    const before = scene.indexes.length;
    await scene.run(14_000);
    expect(scene.indexes.slice(before - PREBUFFER_PACKETS).includes(0)).toBe(true);
    expect(scene.storedPaid).toBe(600);
  });

  test('goes on where it is on a set-top', async () => {
    const scene = await PaidScene.open({ trialPackets: 200, packets: 600, afterTrial: 'continue' });
    scene.play();
    await scene.run(2_000);
    scene.box.confirm(scene.eventId);
    await scene.run(14_000);
    expect(scene.indexes).toEqual(Array.from({ length: 600 }, (_, index) => index));
    expect(scene.storedPaid).toBe(600 - 100 - 10 - PREBUFFER_PACKETS);
  });

  test('stays a trial while the confirmation cannot be stored', async () => {
    const scene = await PaidScene.open({ trialPackets: 100 });
    scene.play();
    await scene.run(1_000);
    scene.store.broken = true;
    scene.box.confirm(scene.eventId);
    await scene.run(5_000);
    expect(scene.indexes.length).toBe(100);
    expect(toHex(scene.box.lastWindow?.confirmEventId ?? new Uint8Array(1))).toBe('00'.repeat(16));
  });
});

describe('a next epoch', () => {
  test('begins above every slot of the one before, for none is used that a crash would forget', async () => {
    const scene = await PaidScene.open({ trialPackets: 1_000 });
    scene.store.broken = true;
    scene.play();
    await scene.run(10_000);
    expect(scene.rtp.length).toBe(limits.sequenceReservePackets);
    expect(firstSlotOfNextEpoch(0)).toBeGreaterThanOrEqual(scene.stream.view().packetsSent);
    scene.store.broken = false;
    await scene.run(3_000);
    expect(scene.rtp.length).toBeGreaterThan(limits.sequenceReservePackets + 50);
  });

  test('counts what was in flight once, where the box showed at the resume that it had arrived', async () => {
    const inFlight = { acknowledgedPaid: 200, receiptedPaid: 150, lostPaid: 0, sentPaid: 230, nextSequence: 230, trialSent: 0, confirmed: true };
    const counts = [{ node: 0, billingClass: 'paid', packets: 225 }] as const;
    const carried = { ...inFlight, paidRanges: [[0, 200]], exposed: [[200, 30]], counts: [{ ...counts[0], packets: 200 }] } as const;
    const receipt = { bytes: new Uint8Array(0), signature: new Uint8Array(0), counts, ackCounter: 5 };
    const scene = await PaidScene.open({ epoch: 1, carried, packets: 600, row: { nextSequence: 486, counts, paidRanges: [[0, 225]], receipt } });
    scene.play(200);
    await scene.run(400);
    expect(scene.box.lastWindow?.spans).toMatchObject([
      { packetIndex: 200, billingClass: 'regrant' },
      { packetIndex: 225, billingClass: 'paid' },
    ]);
    await scene.run(12_000);
    expect(scene.stream.view()).toMatchObject({ packetsPaid: 600, packetsSent: 230 + 400 });
    expect(scene.box.lastWindow).toMatchObject({ lostPaid: 0, phase: 'drained' });
  });

  test('goes on from the carried counts, without a fresh trial or a fresh window', async () => {
    const first = await PaidScene.open();
    first.play();
    await first.run(4_000);
    first.acknowledges = false;
    first.receipts = 'none';
    await first.run(5_000);
    const carried = first.stream.stop();
    await first.registry.flush();
    const progress = first.store.progress.get(first.session.row.sid);
    if (progress === undefined) throw new Error('no progress was stored');
    const signed = first.store.receipts.at(-1);
    if (signed === undefined) throw new Error('no receipt was stored');
    const receipt = { bytes: new Uint8Array(0), signature: new Uint8Array(0), counts: signed.counts, ackCounter: signed.ackCounter };
    const second = await PaidScene.open({ epoch: 1, carried, row: { ...progress, receipt } });
    second.acknowledges = false;
    second.receipts = 'none';
    second.play(indexesIn(progress.paidRanges));
    await second.run(5_000);
    expect(second.box.packets[0]?.sequence).toBe(progress.nextSequence);
    // The W packets in flight at the crash may be sent again, for they are owed already; beyond them nothing.
    expect(second.rtp.length).toBe(W);
    second.acknowledges = true;
    second.receipts = 'sent';
    await second.run(2_000);
    expect(second.stream.view().packetsPaid).toBeGreaterThan(carried.acknowledgedPaid + W);
  });
});

describe('feedback that is not the box', () => {
  test('a forged, a replayed and another epoch’s ACK change nothing', async () => {
    const scene = await PaidScene.open();
    const stranger = await PaidScene.open();
    scene.receipts = 'none';
    scene.play();
    await scene.run(1_000);
    scene.acknowledges = false;
    await scene.run(3_000);
    const before = scene.stream.view();
    const replay = scene.box.claimUpTo(before.packetsSent + 1);
    for (let count = 0; count < 100; count += 1) stranger.box.claimUpTo(before.packetsSent);
    scene.stream.onRtcp(stranger.box.claimUpTo(before.packetsSent));
    scene.stream.onRtcp(replay);
    const nextEpoch = await PaidScene.open({ epoch: 1 });
    for (let count = 0; count < 100; count += 1) nextEpoch.box.claimUpTo(before.packetsSent);
    scene.stream.onRtcp(nextEpoch.box.claimUpTo(before.packetsSent));
    await scene.run(1_000);
    expect(scene.stream.view()).toEqual(before);
    expect(scene.stream.faults()).toMatchObject({ unauthenticated: 2, replayed: 1, abuse: 1 });
  });

  test('a BYE or anything else in clear has no effect', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(1_000);
    scene.box.spoofBye();
    scene.stream.onRtcp(new Uint8Array(3));
    scene.stream.onRtcp(new Uint8Array(200));
    await scene.run(1_000);
    expect(scene.indexes.length).toBe(100 + 10 + PREBUFFER_PACKETS);
    expect(scene.stream.faults().unauthenticated).toBe(3);
  });

  test('a challenge with a wrong response is not counted, and its sender is stopped', async () => {
    const scene = await PaidScene.open();
    scene.receipts = 'none';
    scene.box.answers = (response) => response.map((byte) => byte ^ 1);
    scene.play();
    await scene.run(20_000);
    const firstChallenge = scene.box.challenged[0]?.sequence ?? 0;
    expect(firstChallenge).toBeGreaterThanOrEqual(15);
    expect(scene.stream.view().packetsPaid).toBeLessThanOrEqual(firstChallenge + 10);
    expect(scene.rtp.length).toBeLessThanOrEqual(firstChallenge + 10 + W);
    expect(scene.stream.faults().abuse).toBeGreaterThan(1);
  });

  test('twenty impossible acknowledgements end the session, and a resume does not begin it anew', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(400);
    for (let count = 1; count < 20; count += 1) scene.box.claimUpTo(100_000);
    expect(scene.ended).toEqual([]);
    scene.box.claimUpTo(100_000);
    expect(scene.ended).toEqual(['the device sends impossible acknowledgements']);
    expect(scene.box.byes).toBe(1);
    const next = await PaidScene.open({ epoch: 1, carried: scene.stream.stop() });
    expect(next.stream.play(0)).toBeNull();
    expect(next.ended).toEqual(['the device sends impossible acknowledgements']);
    expect(next.rtp).toEqual([]);
  });

  test.each(['acknowledges nothing', 'signs nothing'])('a stream to a box that is there and %s is discontinued after ten minutes', async (how) => {
    const scene = await PaidScene.open({ packets: 60_000 });
    scene.acknowledges = how !== 'acknowledges nothing';
    scene.receipts = 'withheld';
    scene.play();
    await scene.run(limits.discontinueAfterMs);
    expect(scene.ended).toEqual([]);
    await scene.run(10_000);
    expect(scene.ended).toEqual(['it waited too long for credit']);
    expect(scene.stream.view().packetsSent).toBe(scene.acknowledges ? R : W);
  });

  test('a box that pauses for an hour goes on where it was', async () => {
    const scene = await PaidScene.open();
    scene.play();
    await scene.run(1_000);
    scene.stream.pause();
    await scene.clock.advance(3_600_000);
    expect(scene.ended).toEqual([]);
  });

  test('a receipt for more than was ever sent is refused', async () => {
    const scene = await PaidScene.open();
    scene.receipts = 'none';
    scene.play();
    await scene.run(1_000);
    scene.box.receipt({ morePaid: 10_000 });
    expect(scene.store.receipts).toEqual([]);
    expect(scene.stream.faults().abuse).toBe(1);
  });

  test('a peer that never answered is sent three times what it sent, or the first 550 ms', async () => {
    const sentTo = async (receivedBytes: number): Promise<PaidScene> => {
      const scene = await PaidScene.open({ receivedBytes });
      scene.acknowledges = false;
      scene.receipts = 'none';
      scene.play();
      await scene.run(5_000);
      return scene;
    };
    const bytesOf = (scene: PaidScene): number => scene.rtp.reduce((sum, bytes) => sum + bytes.length, 0);
    expect(bytesOf(await sentTo(1_200))).toBeLessThanOrEqual(3_600);
    const scene = await sentTo(500);
    expect(scene.rtp.length).toBe(27);
    scene.acknowledges = true;
    await scene.run(2_000);
    expect(scene.indexes.length).toBeGreaterThan(100);
  });
});

describe('content that cannot be read', () => {
  test('ends the stream with a BYE and a log line that names the segment', async () => {
    const scene = await PaidScene.open({ packets: 1_000 });
    await scene.segments.remove(scene.session.work.segments[2] ?? '');
    scene.play();
    await scene.run(20_000);
    expect(scene.indexes.length).toBeGreaterThanOrEqual(250);
    expect(scene.ended[0]).toContain('segment 2 of work w0');
    expect(scene.box.byes).toBe(1);
    expect(scene.log.at(-1)).toMatchObject({ event: 'pay-stream-ended' });
  });
});
