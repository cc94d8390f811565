import { describe, expect, it } from 'vitest';
import type { AckpayMessage, ReceiptMessage } from '../../../src/domain/credit/messages.ts';
import { limits } from '../../../src/limits.ts';
import { fromHex, toHex } from '../../../src/units/bytes.ts';
import { asId } from '../../../src/units/ids.ts';
import { decodeAckpay, isAckpay } from '../../../src/wire/ackpay.ts';
import { decodeShort, encodeShort } from '../../../src/wire/ackpay-short.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT, RECEIPT_MESSAGE, SHORT_CONTEXT, SSRCS, STEADY_ACK, WINDOW } from './sample-messages.ts';

const HEADER = '0000dec1' + '00005eed' + '41434b50';
const BB16 = 'bb'.repeat(16);

/** The byte vectors of the protocol document: written by hand from the layout, not by the encoder. */
const VECTORS: readonly (readonly [string, AckpayMessage, string])[] = [
  ['steady ACK', STEADY_ACK, `8fce0005${HEADER}2000${'822c'}${'ed30'}${'ed26'}`],
  ['ACK with gaps', PLAIN_ACK, `8fce0007${HEADER}2002${'07'}${'64'}${'5a'}${'000000000000000a'}000000`],
  [
    'ACK with ranges and challenge',
    FULL_ACK,
    `8fce000c${HEADER}2007${'08'}${'64'}${'5a'}${'f000000000000002'}04${'812a05'}${'814801'}${'822c14'}${'84800002'}${'63'}${'0102030405060708'}`,
  ],
  ['RECEIPT', RECEIPT_MESSAGE, `8fce001c${HEADER}2101${'09'}${'cc'.repeat(64)}${'01'}${'64'}${'08'}${'b4b1c2f1a000'}02${'00817a'}${'015a'}${BB16}${'0000'}`],
  [
    'WINDOW',
    WINDOW,
    `8fce0017${HEADER}2200${'0a'}${'01020032'}${'00000062'}${'0000008c'}${'00000000005a'}${'000000000050'}${'00000001'}${'00000008'}` +
      `${'00000040'}${BB16}${'000000000000000000000000'}${'000000fa0000000001000001'}00`,
  ],
  ['CONFIRM', CONFIRM, `8fce000d${HEADER}2300${'0b'}${'00000000'}${BB16}${'aa'.repeat(16)}00`],
];

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new Error('the vector is not hex');
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  const decoded = decodeShort(bytes, SHORT_CONTEXT);
  return decoded.ok ? 'accepted' : decoded.error.code;
}

/** A message with the given bytes behind the name, padded, and a length that fits. */
function message(hex: string): Uint8Array {
  const padded = hex + '00'.repeat((4 - ((hex.length / 2) % 4)) % 4);
  return bytesOf(`8fce${(3 + padded.length / 8).toString(16).padStart(4, '0')}${HEADER}${padded}`);
}

describe('ackpay messages in their short form', () => {
  it.each(VECTORS)('%s has the bytes of the protocol document', (_name, value, hex) => {
    expect(toHex(encodeShort(value, SSRCS, SHORT_CONTEXT))).toBe(hex);
    expect(isAckpay(bytesOf(hex))).toBe(true);
  });

  it.each(VECTORS)('%s is read back from those bytes', (_name, value, hex) => {
    expect(decodeShort(bytesOf(hex), SHORT_CONTEXT)).toEqual({ ok: true, value: { message: value, ssrcs: SSRCS } });
  });

  it.each(VECTORS)('%s is refused when anything is cut off, whatever the length says, or more follows', (_name, _value, hex) => {
    const bytes = bytesOf(hex);
    for (let length = 0; length < bytes.length; length += 1) expect(refusal(bytes.slice(0, length))).not.toBe('accepted');
    for (let length = 20; length < bytes.length; length += 4) {
      const cut = bytes.slice(0, length);
      cut[3] = length / 4 - 1;
      expect(refusal(cut)).not.toBe('accepted');
    }
    const more = new Uint8Array([...bytes, 0, 0, 0, 0]);
    expect(refusal(more)).not.toBe('accepted');
    more[3] = more.length / 4 - 1;
    expect(refusal(more)).not.toBe('accepted');
  });

  it('is never taken for the tagged form, nor the tagged form for it', () => {
    for (const [, value] of VECTORS) expect(decodeAckpay(encodeShort(value, SSRCS, SHORT_CONTEXT)).ok).toBe(false);
    expect(refusal(message(`10${'00'.repeat(43)}`))).toBe('unsupported-version');
  });

  it('has 24 bytes for an ACK where nothing is missing, for the first minutes of a play', () => {
    expect(encodeShort(STEADY_ACK, SSRCS, SHORT_CONTEXT).length).toBe(24);
  });

  it.each([
    ['a number longer than it must be', '2000' + '8007' + '64' + '5a'],
    ['a number that never ends', `2000${'ff'.repeat(9)}0101`],
    ['a counter above 32 bits', '2000' + '9080808000' + '64' + '5a'],
    ['a base above 32 bits', '2000' + '07' + '9080808000' + '5a'],
    ['a total above 48 bits', '2000' + '07' + '64' + 'c0808080808000'],
    ['a bitmap that says nothing', `2002${'07645a'}${'00'.repeat(8)}`],
    ['no range where ranges are announced', '2004' + '07645a' + '00'],
    ['five ranges', `2004${'07645a'}05${'812a01'.repeat(5)}`],
    ['an empty range', `2004${'07645a'}01${'812a00'}`],
    ['a range past the last sequence', `2004${'07645a'}01${'8fffffff7f02'}`],
    ['an unknown flag of an ACK', '2008' + '07645a'],
    ['flags of a WINDOW', `2201${'0a'}${'00'.repeat(52)}`],
    ['an unknown type', '2400' + '07645a'],
    ['padding that is not zero', '2000' + '07645a' + '000001'],
    ['a receipt of an epoch above 16 bits', `2100${'09'}${'cc'.repeat(64)}${'84800064080100'}`],
    ['counts out of order', `2100${'09'}${'cc'.repeat(64)}${'0164080102'}${'015a'}${'0001'}`],
    ['a class that there is not', `2100${'09'}${'cc'.repeat(64)}${'0164080101'}${'045a'}`],
    ['more counts than a receipt has', `2100${'09'}${'cc'.repeat(64)}${'01640801'}${'ff'}`],
    ['a confirmation of zeros', `2101${'09'}${'cc'.repeat(64)}${'0164080100'}${'00'.repeat(16)}`],
  ])('refuses %s', (_what, hex) => {
    expect(refusal(message(hex))).toMatch(/bad-field|truncated/);
  });

  it('holds the longest receipt in one datagram', () => {
    const counts = Array.from({ length: limits.classCountsPerReceipt }, (_, node) => ({
      node: 65_500 + node,
      billingClass: 'paid' as const,
      packets: 2 ** 48 - 1,
    }));
    const most = { epoch: 65_535, ackCounter: 0xffff_ffff, base: 0xffff_ffff, wallMs: Number.MAX_SAFE_INTEGER, counts };
    const longest: ReceiptMessage = { ...RECEIPT_MESSAGE, receipt: { ...RECEIPT, ...most } };
    const bytes = encodeShort(longest, SSRCS, SHORT_CONTEXT);
    expect(decodeShort(bytes, SHORT_CONTEXT)).toMatchObject({ value: { message: longest } });
    expect(bytes.length).toBeLessThan(limits.datagramBytes - 20);
  });

  it('says nothing of another session or epoch', () => {
    expect(() => encodeShort({ ...PLAIN_ACK, epoch: 2 }, SSRCS, SHORT_CONTEXT)).toThrow('own epoch');
    expect(() => encodeShort(RECEIPT_MESSAGE, SSRCS, { ...SHORT_CONTEXT, sid: asId('f'.repeat(32)) })).toThrow('own session');
  });
});
