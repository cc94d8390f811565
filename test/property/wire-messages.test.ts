import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import type { AckpayMessage } from '../../src/domain/credit/messages.ts';
import type { AckReceipt } from '../../src/domain/credit/statements.ts';
import { toHex } from '../../src/units/bytes.ts';
import { asId, type SessionId } from '../../src/units/ids.ts';
import { decodeReceipt, encodeReceipt } from '../../src/wire/ack-receipt.ts';
import { decodeAckpay, encodeAckpay } from '../../src/wire/ackpay.ts';
import { decodeShort, encodeShort } from '../../src/wire/ackpay-short.ts';
import { CLASS_CODES } from '../../src/wire/billing-class-code.ts';
import { canonicalJson, parseCanonicalJson } from '../../src/wire/canonical-json.ts';
import { decodeRtcp, encodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { decodeRtp, encodeRtp } from '../../src/wire/rtp.ts';
import { decodeSegment, encodeSegment } from '../../src/wire/segment.ts';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const billingClass = fc.constantFrom('trial', 'paid', 'free', 'regrant' as const);
const counted = { epoch: u16, counter: u32 };

const order = (count: ClassCount): number => count.node * 256 + CLASS_CODES[count.billingClass];
const counts = fc
  .uniqueArray(fc.record({ node: u16, billingClass, packets: u48 }), { maxLength: 32, selector: order })
  .map((list) => [...list].sort((left, right) => order(left) - order(right)));
const receipt: fc.Arbitrary<AckReceipt> = fc.record({
  sid: bytes(16).map((sid) => asId<SessionId>(toHex(sid))),
  epoch: u16,
  ackCounter: u32,
  base: u32,
  counts,
  termsHash: bytes(16),
  confirmEventId: bytes(16),
  wallMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
});
const range = fc.tuple(u32, u32).map(([first, count]): [number, number] => [first, Math.max(1, Math.min(count, 2 ** 32 - first))]);
const message: fc.Arbitrary<AckpayMessage> = fc.oneof(
  fc.record({
    type: fc.constant('ack' as const),
    ...counted,
    base: u32,
    bitmap: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    ranges: fc.array(range, { maxLength: 4 }),
    paidPackets: u48,
    challenge: fc.option(fc.record({ sequence: u32, response: bytes(8) })),
  }),
  fc.record({ type: fc.constant('receipt' as const), ...counted, receipt, signature: bytes(64) }),
  fc.record({
    type: fc.constant('window' as const),
    ...counted,
    phase: fc.constantFrom('trial', 'stream', 'suspended', 'drained' as const),
    abandonedBelow: u32,
    nextSequence: u32,
    creditWindowPackets: u16,
    acknowledgedPaid: u48,
    receiptedPaid: u48,
    receiptCounter: u32,
    lostPaid: u32,
    challengeAnswered: fc.integer({ min: -1, max: 0xffff_fffe }),
    confirmEventId: bytes(16),
    spans: fc.array(fc.record({ sequence: u32, packetIndex: u32, billingClass, node: u16 }), { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('confirm' as const),
    ...counted,
    eventId: bytes(16),
    mode: fc.constantFrom('button', 'player-end', 'implicit-eof' as const),
    termsHash: bytes(16),
  }),
);
const ssrcs = fc.record({ sender: u32, media: u32 });

describe('ackpay messages', () => {
  it('survive the way over the wire, and no part of one is taken for a whole', () => {
    fc.assert(
      fc.property(message, ssrcs, (value, ends) => {
        const encoded = encodeAckpay(value, ends);
        expect(decodeAckpay(encoded)).toMatchObject({ ok: true, value: { message: value, ssrcs: ends } });
        for (let length = 0; length < encoded.length; length += 1) expect(decodeAckpay(encoded.subarray(0, length)).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('have one encoding: what a changed byte decodes to encodes to that very byte', () => {
    fc.assert(
      fc.property(message, ssrcs, fc.nat(), u8, (value, ends, position, byte) => {
        const changed = encodeAckpay(value, ends);
        changed[position % (changed.length - 16)] = byte;
        const decoded = decodeAckpay(changed);
        if (decoded.ok) expect(encodeAckpay(decoded.value.message, decoded.value.ssrcs)).toEqual(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('survive the way in their short form too, which says all but what the keys say, and has one encoding', () => {
    fc.assert(
      fc.property(message, ssrcs, fc.nat(), u8, (value, ends, position, byte) => {
        const { sid, termsHash } = value.type === 'receipt' ? value.receipt : { sid: asId<SessionId>('0'.repeat(32)), termsHash: new Uint8Array(16) };
        const context = { sid, termsHash, epoch: value.epoch };
        const encoded = encodeShort(value, ends, context);
        expect(decodeShort(encoded, context)).toEqual({ ok: true, value: { message: value, ssrcs: ends } });
        for (let length = 0; length < encoded.length; length += 1) expect(decodeShort(encoded.subarray(0, length), context).ok).toBe(false);
        const changed = encoded.slice();
        changed[position % changed.length] = byte;
        const decoded = decodeShort(changed, context);
        if (decoded.ok) expect(encodeShort(decoded.value.message, decoded.value.ssrcs, context)).toEqual(changed);
      }),
      { numRuns: 400 },
    );
  });

  it('carry receipts that read back, and refuse every cut one', () => {
    fc.assert(
      fc.property(receipt, (value) => {
        const encoded = encodeReceipt(value);
        expect(decodeReceipt(encoded)).toEqual({ ok: true, value });
        for (let length = 0; length < encoded.length; length += 1) expect(decodeReceipt(encoded.subarray(0, length)).ok).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

describe('RTP and RTCP', () => {
  const packet = fc.record(
    {
      payloadType: fc.integer({ min: 0, max: 127 }),
      marker: fc.boolean(),
      sequence: u16,
      timestamp: u32,
      ssrc: u32,
      challenge: bytes(8),
      payload: fc.uint8Array({ maxLength: 400 }),
    },
    { requiredKeys: ['payloadType', 'marker', 'sequence', 'timestamp', 'ssrc', 'payload'] },
  );

  it('RTP survives the way over the wire', () => {
    fc.assert(
      fc.property(packet, (value) => {
        expect(decodeRtp(encodeRtp(value))).toEqual({ ok: true, value });
      }),
      { numRuns: 200 },
    );
  });

  const report = fc.record({
    ssrc: u32,
    fractionLost: u8,
    cumulativeLost: fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }),
    highestSequence: u32,
    jitter: u32,
    lastSenderReport: u32,
    delaySinceLastSenderReport: u32,
  });
  const reports = fc.array(report, { maxLength: 31 });
  const word = fc.string({ unit: 'binary', maxLength: 60 });
  const rtcp = fc.oneof(
    fc.record({
      type: fc.constant('sender-report' as const),
      ssrc: u32,
      ntp: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      rtpTimestamp: u32,
      packets: u32,
      octets: u32,
      reports,
    }),
    fc.record({ type: fc.constant('receiver-report' as const), ssrc: u32, reports }),
    fc.record({ type: fc.constant('source-description' as const), chunks: fc.array(fc.record({ ssrc: u32, cname: fc.option(word) }), { maxLength: 5 }) }),
    fc.record({
      type: fc.constant('bye' as const),
      ssrcs: fc.array(u32, { maxLength: 31 }),
      reason: fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })),
    }),
  );

  it('RTCP survives the way over the wire, and every cut packet is refused', () => {
    fc.assert(
      fc.property(rtcp, (value) => {
        const encoded = encodeRtcp(value);
        expect(decodeRtcp(encoded)).toEqual({ ok: true, value });
        for (let length = 0; length < encoded.length; length += 1) expect(decodeRtcp(encoded.subarray(0, length)).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('a NACK names the same packets after the way, over the wrap', () => {
    fc.assert(
      fc.property(u16, fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (start, offsets) => {
        const lost = offsets.sort((left, right) => left - right).map((offset) => (start + offset) % 65_536);
        expect(decodeRtcp(encodeRtcp({ type: 'nack', sender: 1, media: 2, lost }))).toEqual({ ok: true, value: { type: 'nack', sender: 1, media: 2, lost } });
      }),
      { numRuns: 200 },
    );
  });

  it('a compound is never split into more bytes than it has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        const split = splitCompound(random);
        if (split.ok) expect(split.value.reduce((sum, part) => sum + part.length, 0)).toBe(random.length);
      }),
    );
  });
});

describe('canonical JSON and segments', () => {
  it('canonical JSON reads back to a value with the same text', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (random) => {
        const text = canonicalJson(random);
        const parsed = parseCanonicalJson(text, text.length);
        expect(parsed.ok && canonicalJson(parsed.value)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('a segment gives its packets back', () => {
    const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 250 });
    fc.assert(
      fc.property(packets, (value) => {
        const decoded = decodeSegment(encodeSegment(value));
        expect(decoded.ok && [...decoded.value]).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });
});
