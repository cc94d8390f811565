import { beforeEach, describe, expect, test } from 'vitest';
import { PlayoutBuffer } from '../../device/media/playout-buffer.ts';
import { RtpReceiver } from '../../device/media/rtp-receiver.ts';
import { limits } from '../../src/limits.ts';
import { createSrtpReceiver } from '../../src/platform/srtp.ts';
import { encodeCompound, encodeRtcp } from '../../src/wire/rtcp.ts';
import { encodeRtp } from '../../src/wire/rtp.ts';
import { isRtx, RTX_PAYLOAD_TYPE } from '../../src/wire/rtx.ts';
import { PaidScene } from '../fakes/paid-scene.ts';

const OPUS = { payloadType: 97, marker: false, timestamp: 0, payload: Uint8Array.of(0xfc, 1) };
let scene: PaidScene;

beforeEach(async () => {
  scene = await PaidScene.open();
  scene.play();
  await scene.run(1_000);
});

describe('ruling 23: datagrams that anybody can send', () => {
  test('spoofed RTP, in clear or under other keys, is neither heard nor acknowledged by the box', () => {
    const srtp = createSrtpReceiver(scene.session.keys.srtpToDevice);
    const acknowledged: number[] = [];
    const receiver = new RtpReceiver({
      open: (datagram) => {
        const opened = srtp.unprotectRtp(datagram);
        return opened.ok ? { packet: opened.value, repeated: false } : null;
      },
      buffer: new PlayoutBuffer(50),
      nextSequence: 0,
      waitingMax: 100,
      onResolved: (slot) => acknowledged.push(slot.sequence),
    });
    receiver.begin(scene.box.timestampOrigin, null, 0);
    for (let sequence = 0; sequence < 300; sequence += 1) receiver.receive(encodeRtp({ ...OPUS, sequence, ssrc: scene.stream.ssrc }), 0);
    for (let sequence = 0; sequence < 300; sequence += 1) receiver.receive(encodeRtp({ ...OPUS, payloadType: RTX_PAYLOAD_TYPE, sequence, ssrc: sequence }), 0);
    expect([acknowledged, receiver.counts.refused]).toEqual([[], 600]);
    for (const datagram of scene.rtp.slice(0, 8)) for (let again = 0; again < 3; again += 1) receiver.receive(datagram, 0);
    expect(acknowledged).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('spoofed BYE, RR and NACK in clear neither end, nor slow, nor repeat a paid stream', async () => {
    const [ssrc, media] = [0xb0_c5_0001, scene.stream.ssrc];
    const lost = Array.from({ length: 50 }, (_, sequence) => sequence);
    const before = scene.rtp.length;
    for (let count = 0; count < 100; count += 1) {
      scene.box.spoofBye();
      scene.stream.onRtcp(encodeRtcp({ type: 'nack', sender: ssrc, media, lost }));
      scene.stream.onRtcp(
        encodeCompound([
          { type: 'receiver-report', ssrc, reports: [] },
          { type: 'bye', ssrcs: [ssrc, media], reason: 'spoofed' },
        ]),
      );
    }
    expect(scene.rtp.length).toBe(before);
    await scene.run(2_000);
    expect(scene.rtp.filter(isRtx)).toEqual([]);
    expect(scene.ended).toEqual([]);
    expect(scene.rtp.length - before).toBeGreaterThanOrEqual(100);
    expect(scene.stream.faults()).toMatchObject({ unauthenticated: 300, abuse: 0 });
  });

  test('repair on request is bounded: a box that loses every third packet costs a tenth more, not a third', async () => {
    let count = 0;
    scene.box.loses = (bytes) => {
      count += 1;
      return !isRtx(bytes) && count % 3 === 0;
    };
    await scene.run(10_000);
    const repeats = scene.rtp.filter(isRtx).length;
    expect(repeats).toBeGreaterThan(5);
    expect(repeats).toBeLessThanOrEqual((scene.rtp.length * limits.retransmitShareOfSentPerMille) / 1_000);
  });
});

describe('ruling 23: amplification', () => {
  test('until an authenticated ACK came, three times the received bytes leave, or the first 27 packets', async () => {
    for (const receivedBytes of [0, 600, 3_000, 9_000]) {
      const victim = await PaidScene.open({ receivedBytes });
      victim.acknowledges = false;
      victim.receipts = 'none';
      victim.play();
      await victim.run(10_000);
      const bytes = victim.rtp.reduce((sum, packet) => sum + packet.length, 0);
      expect(victim.rtp.length <= 27 || bytes <= 3 * receivedBytes).toBe(true);
      expect(victim.rtp.filter(isRtx)).toEqual([]);
    }
  });
});
