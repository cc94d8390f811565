import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BILLING_CLASSES } from '../../src/domain/credit/billing-class.ts';
import { ACK_AUTHS } from '../../src/domain/credit/terms.ts';
import { PaidScene, R } from '../fakes/paid-scene.ts';

const PACKETS = 2_000;
const slot = fc.oneof(fc.nat(200), fc.nat(PACKETS), fc.nat(2 ** 32 - 1));
const claim = fc.record({ node: fc.oneof(fc.constant(0), fc.nat(255)), billingClass: fc.constantFrom(...BILLING_CLASSES), packets: slot });
const said = fc.oneof(
  fc.record({ kind: fc.constant('honest' as const), receipt: fc.boolean() }),
  fc.record({
    kind: fc.constant('ack' as const),
    base: slot,
    bitmap: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => bits & ~1n),
    paidPackets: slot,
    challenge: fc.option(fc.record({ sequence: slot, response: fc.uint8Array({ minLength: 8, maxLength: 8 }) })),
  }),
  fc.record({
    kind: fc.constant('receipt' as const),
    base: slot,
    counts: fc.uniqueArray(claim, { maxLength: 8, selector: ({ node, billingClass }) => `${node} ${billingClass}` }),
  }),
  fc.record({ kind: fc.constant('confirm' as const), eventId: fc.uint8Array({ minLength: 16, maxLength: 16 }) }),
);

test.each(ACK_AUTHS)('whatever a box says that has the keys, its sender lives, and nothing is signed for that was not sent (%s)', async (ackAuth) => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 30 }), async (messages) => {
      const scene = await PaidScene.open({ ackAuth, packets: PACKETS });
      scene.receipts = 'none';
      scene.play();
      for (const message of messages) {
        await scene.clock.advance(100);
        if (message.kind === 'honest') {
          scene.box.acknowledge();
          if (message.receipt) scene.box.receipt();
        } else if (message.kind === 'ack') scene.box.claim(message);
        else if (message.kind === 'receipt') scene.box.receipt(message);
        else scene.box.confirm(message.eventId);
      }
      await scene.clock.advance(500);
      const { packetsSent, unpaidPackets, packetsPaid } = scene.stream.view();
      const { receiptedPaid = 0, acknowledgedPaid = 0 } = scene.box.lastWindow ?? {};
      expect(receiptedPaid).toBeLessThanOrEqual(packetsSent);
      expect(acknowledgedPaid).toBeLessThanOrEqual(packetsSent);
      expect(packetsSent - receiptedPaid).toBeLessThanOrEqual(R + unpaidPackets);
      expect(packetsPaid).toBeLessThanOrEqual(packetsSent);
      for (const { counts } of scene.store.receipts) for (const { node, packets } of counts) expect([node, packets <= packetsSent]).toEqual([0, true]);
    }),
    { numRuns: 60 },
  );
});
