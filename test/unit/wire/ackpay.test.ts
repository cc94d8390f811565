import { describe, expect, it } from 'vitest';
import type { AckpayMessage } from '../../../src/domain/credit/messages.ts';
import { fromHex, toHex } from '../../../src/units/bytes.ts';
import { decodeReceipt, encodeReceipt } from '../../../src/wire/ack-receipt.ts';
import { authenticatedPart, decodeAckpay, encodeAckpay, isAckpay, putTag } from '../../../src/wire/ackpay.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT, RECEIPT_MESSAGE, SSRCS, WINDOW } from './sample-messages.ts';

const HEADER = '0000dec1' + '00005eed' + '41434b50';
const NO_TAG = '00'.repeat(16);
const CC64 = 'cc'.repeat(64);
const RECEIPT_HEX = `4a505231${'000102030405060708090a0b0c0d0e0f'}000102${'0000000000000000fa'}${'01000000000000005a'}${'00000064'}${'00000008'}${'aa'.repeat(16)}${'bb'.repeat(16)}000001a3185c5000`;

/** The byte vectors of the protocol document: written by hand from the layout, not by the encoder. */
const VECTORS: readonly (readonly [string, AckpayMessage, string])[] = [
  ['ACK', PLAIN_ACK, `8fce000e${HEADER}10000001${'00000007'}${'00000064'}${'000000000000000a'}${'00000000005a'}0000${NO_TAG}`],
  [
    'ACK with ranges and challenge',
    FULL_ACK,
    `8fce0019${HEADER}10010001${'00000008'}${'00000064'}${'f000000000000002'}${'00000000005a'}0400` +
      `${'000000aa00000005'}${'000000c800000001'}${'0000012c00000014'}${'0001000000000002'}${'00000063'}${'0102030405060708'}${NO_TAG}`,
  ],
  ['RECEIPT', RECEIPT_MESSAGE, `8fce0030${HEADER}11000001${'00000009'}${CC64}${'0059'}${RECEIPT_HEX}00${NO_TAG}`],
  [
    'WINDOW',
    WINDOW,
    `8fce001c${HEADER}12000001${'0000000a'}${'01020032'}${'00000062'}${'0000008c'}${'00000000005a'}${'000000000050'}${'00000001'}${'00000008'}` +
      `${'00000040'}${'bb'.repeat(16)}${'000000000000000000000000'}${'000000fa0000000001000001'}${NO_TAG}`,
  ],
  ['CONFIRM', CONFIRM, `8fce0012${HEADER}13000001${'0000000b'}${'00000000'}${'bb'.repeat(16)}${'aa'.repeat(16)}${NO_TAG}`],
];

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new Error('the vector is not hex');
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  const decoded = decodeAckpay(bytes);
  return decoded.ok ? 'accepted' : decoded.error.code;
}

function changed(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = value;
  return copy;
}

describe('ackpay messages', () => {
  it.each(VECTORS)('%s has the bytes of the protocol document', (_name, message, hex) => {
    expect(toHex(encodeAckpay(message, SSRCS))).toBe(hex);
  });

  it.each(VECTORS)('%s is read back from those bytes', (_name, message, hex) => {
    const decoded = decodeAckpay(bytesOf(hex));
    expect(decoded).toMatchObject({ ok: true, value: { message, ssrcs: SSRCS } });
  });

  it.each(VECTORS)('%s is refused when any byte is cut off, or more follow', (_name, _message, hex) => {
    const bytes = bytesOf(hex);
    for (let length = 0; length < bytes.length; length += 1) expect(refusal(bytes.slice(0, length))).not.toBe('accepted');
    expect(refusal(new Uint8Array([...bytes, 0, 0, 0, 0]))).not.toBe('accepted');
  });

  it.each(VECTORS)('%s is refused when a whole word is cut off and the length says so', (_name, _message, hex) => {
    const bytes = bytesOf(hex);
    for (let length = 40; length < bytes.length; length += 4) expect(refusal(changed(bytes.slice(0, length), 3, length / 4 - 1))).not.toBe('accepted');
  });

  it('keeps an ACK without challenge and ranges within 64 bytes', () => {
    expect(encodeAckpay(PLAIN_ACK, SSRCS).length).toBeLessThanOrEqual(64);
  });

  it('covers everything before the tag, and the tag alone changes with it', () => {
    const bytes = encodeAckpay(PLAIN_ACK, SSRCS);
    const sealed = bytes.slice();
    putTag(sealed, new Uint8Array(16).fill(0x77));
    expect(authenticatedPart(sealed)).toEqual(authenticatedPart(bytes));
    expect(toHex(sealed.slice(-16))).toBe('77'.repeat(16));
    const decoded = decodeAckpay(sealed);
    expect(decoded.ok && toHex(decoded.value.tag)).toBe('77'.repeat(16));
    expect(decoded.ok && decoded.value.authenticated).toEqual(authenticatedPart(bytes));
  });

  it('refuses what has a second encoding or no meaning', () => {
    const ack = encodeAckpay(PLAIN_ACK, SSRCS);
    expect(refusal(changed(ack, 16, 0x20))).toBe('unsupported-version');
    expect(refusal(changed(ack, 16, 0x14))).toBe('bad-field');
    expect(refusal(changed(ack, 17, 2))).toBe('bad-field');
    expect(refusal(changed(ack, 43, 1))).toBe('bad-field');
    expect(refusal(changed(ack, 42, 5))).toBe('bad-field');
    expect(refusal(changed(encodeAckpay(WINDOW, SSRCS), 24, 4))).toBe('bad-field');
    expect(refusal(changed(encodeAckpay(CONFIRM, SSRCS), 24, 3))).toBe('bad-field');
    expect(refusal(changed(encodeAckpay(RECEIPT_MESSAGE, SSRCS), 88, 0xff))).toBe('bad-field');
    const receipt = encodeAckpay(RECEIPT_MESSAGE, SSRCS);
    expect(refusal(changed(receipt, receipt.length - 17, 1))).toBe('bad-field');
  });

  it('refuses an empty range and one that runs past the last sequence', () => {
    const empty = encodeAckpay({ ...PLAIN_ACK, ranges: [[200, 0]] }, SSRCS);
    const past = encodeAckpay({ ...PLAIN_ACK, ranges: [[0xffff_ffff, 2]] }, SSRCS);
    expect([refusal(empty), refusal(past)]).toEqual(['bad-field', 'bad-field']);
  });

  it('leaves foreign feedback alone', () => {
    const remb = bytesOf(`8fce0005${'00000001'}${'00000000'}${'52454d42'}${'0100fbff'}${'00000002'}`);
    expect(isAckpay(remb)).toBe(false);
    expect(refusal(remb)).not.toBe('accepted');
  });
});

describe('the receipt that is signed', () => {
  it('has the bytes of the protocol document, whatever the order of its counts', () => {
    expect(toHex(encodeReceipt(RECEIPT))).toBe(RECEIPT_HEX);
    expect(toHex(encodeReceipt({ ...RECEIPT, counts: [...RECEIPT.counts].reverse() }))).toBe(RECEIPT_HEX);
    expect(decodeReceipt(bytesOf(RECEIPT_HEX))).toEqual({ ok: true, value: RECEIPT });
  });

  it('is refused when two counts speak of the same class and node, or stand in another order', () => {
    const paid = RECEIPT.counts.slice(1);
    expect(decodeReceipt(encodeReceipt({ ...RECEIPT, counts: [...paid, ...paid] })).ok).toBe(false);
    const swapped = RECEIPT_HEX.replace('0000000000000000fa01000000000000005a', '01000000000000005a0000000000000000fa');
    expect(swapped).not.toBe(RECEIPT_HEX);
    expect(decodeReceipt(bytesOf(swapped)).ok).toBe(false);
  });

  it('is refused when any byte is cut off', () => {
    const bytes = bytesOf(RECEIPT_HEX);
    for (let length = 0; length < bytes.length; length += 1) expect(decodeReceipt(bytes.slice(0, length)).ok).toBe(false);
  });
});
