import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc16, XMODEM_BLOCK_BYTES, XmodemReceiver, XmodemSender } from '../../../src/wire/xmodem.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Both ends on one line, which `spoil` may change on its way to the receiver; where nothing is under way, time passes. */
function transfer(file: Uint8Array, spoil: (bytes: Uint8Array, turn: number) => Uint8Array): { readonly end: string | null; readonly got: Uint8Array } {
  const [sender, receiver] = [new XmodemSender(file), new XmodemReceiver(1_000_000)];
  let toSender = receiver.overdue().send;
  for (let turn = 0; turn < 3_000; turn++) {
    const toReceiver: number[] = [];
    for (const byte of toSender) {
      const { send, end } = sender.hear(byte);
      toReceiver.push(...send);
      if (end !== null) return { end, got: receiver.bytes() };
    }
    const { send } = receiver.hear(spoil(Uint8Array.from(toReceiver), turn));
    toSender = send.length > 0 ? send : receiver.overdue().send;
  }
  return { end: null, got: receiver.bytes() };
}

describe('XMODEM-CRC', () => {
  test('has the CRC of the standard', () => expect(crc16(bytesOf('123456789'))).toBe(0x31c3));

  test('brings any file as it was, whatever single blocks the line spoils or swallows', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), fc.array(fc.nat(60), { maxLength: 8 }), fc.boolean(), (file, spoiled, swallow) => {
        const { end, got } = transfer(file, (bytes, turn) => {
          if (!spoiled.includes(turn) || bytes.length < 8) return bytes;
          return swallow ? bytes.slice(0, 0) : bytes.map((byte, index) => (index === 7 ? byte ^ 0x40 : byte));
        });
        expect(end).toBe('done');
        expect([...got.subarray(0, file.length)]).toEqual([...file]);
        expect(got.length).toBe(Math.ceil(file.length / XMODEM_BLOCK_BYTES) * XMODEM_BLOCK_BYTES);
      }),
      { numRuns: 50 },
    );
  });

  test('a receiver that cancels ends it, and a line that only makes noise does too', () => {
    const sender = new XmodemSender(bytesOf('file'));
    sender.hear(0x43);
    sender.hear(0x18);
    expect(sender.hear(0x18).end).toBe('cancelled');
    expect(transfer(new Uint8Array(300), (bytes) => bytes.map((byte) => byte ^ 0x55)).end).not.toBe('done');
  });

  test('a file that is longer than announced is not taken', () => {
    const receiver = new XmodemReceiver(XMODEM_BLOCK_BYTES);
    const sender = new XmodemSender(new Uint8Array(3 * XMODEM_BLOCK_BYTES));
    expect(receiver.hear(sender.hear(0x43).send).end).toBe(null);
    expect(receiver.hear(sender.hear(0x06).send).end).toBe('failed');
  });
});
