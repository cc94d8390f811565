import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/wire/byte-reader.ts';

describe('a writer of a message', () => {
  it('lets nothing of an earlier message shine through, not even in the padding', () => {
    new ByteWriter(100).bytes(new Uint8Array(100).fill(0xff)).finish();
    expect(new ByteWriter(100).u8(1).align4().finish()).toEqual(Uint8Array.of(1, 0, 0, 0));
  });

  it('writes within another one, and what is finished stays as it is', () => {
    const outer = new ByteWriter(8).u16(0x0102);
    const inner = new ByteWriter(8).u16(0x0304).finish();
    const finished = outer.bytes(inner).finish();
    new ByteWriter(8).u32(0xffff_ffff).finish();
    expect([finished, inner]).toEqual([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(3, 4)]);
  });

  it('takes what its message may hold and no more, and nothing once it is finished', () => {
    const writer = new ByteWriter(3).u16(1).u8(2);
    expect(() => writer.u8(3)).toThrow('what is written fits');
    const other = new ByteWriter(3).u8(1);
    other.finish();
    expect(() => other.u8(2)).toThrow('is not finished');
    expect(new ByteWriter(5_000).bytes(new Uint8Array(5_000).fill(7)).finish()).toEqual(new Uint8Array(5_000).fill(7));
  });
});
