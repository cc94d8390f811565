import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/units/bytes.ts';
import { encodeAckpay } from '../../../src/wire/ackpay.ts';
import { decodeRtcp, encodeCompound, encodeRtcp, ntpFromWallMs, type SenderReport, splitCompound } from '../../../src/wire/rtcp.ts';
import { PLAIN_ACK, SSRCS } from './sample-messages.ts';

const SR: SenderReport = { type: 'sender-report', ssrc: 0xcafebabe, ntp: 0x0102030405060708n, rtpTimestamp: 960, packets: 3, octets: 600, reports: [] };
const REPORT = { ssrc: 1, fractionLost: 64, cumulativeLost: -2, highestSequence: 65_540, jitter: 12, lastSenderReport: 7, delaySinceLastSenderReport: 65_536 };

function decodeHex(hex: string) {
  return decodeRtcp(fromHex(hex) ?? new Uint8Array(0));
}

describe('RTCP', () => {
  it('writes the layouts of RFC 3550 and RFC 4585', () => {
    expect(toHex(encodeRtcp(SR))).toBe('80c80006cafebabe0102030405060708000003c00000000300000258');
    expect(toHex(encodeRtcp({ type: 'receiver-report', ssrc: 2, reports: [REPORT] }))).toBe(
      '81c90007' + '00000002' + '00000001' + '40fffffe' + '00010004' + '0000000c' + '00000007' + '00010000',
    );
    expect(toHex(encodeRtcp({ type: 'source-description', chunks: [{ ssrc: 2, cname: 'box' }] }))).toBe('81ca0003' + '00000002' + '0103626f78' + '000000');
    expect(toHex(encodeRtcp({ type: 'bye', ssrcs: [2], reason: 'end' }))).toBe('81cb0002' + '00000002' + '03656e64');
    expect(toHex(encodeRtcp({ type: 'nack', sender: 2, media: 3, lost: [65_535, 0, 15, 16] }))).toBe(
      '81cd0004' + '00000002' + '00000003' + 'ffff8001' + '00100000',
    );
  });

  it('walks a compound with our own feedback in it', () => {
    const ack = encodeAckpay(PLAIN_ACK, SSRCS);
    const compound = concatBytes(encodeCompound([SR, { type: 'source-description', chunks: [{ ssrc: 2, cname: null }] }]), ack);
    const split = splitCompound(compound);
    expect(split.ok && split.value.map((packet) => decodeRtcp(packet))).toMatchObject([
      { value: SR },
      { value: { type: 'source-description' } },
      { value: { type: 'other', payloadType: 206, format: 15 } },
    ]);
    expect(split.ok && split.value[2]).toEqual(ack);
  });

  it('takes padding on the last packet only', () => {
    expect(decodeHex('a1cb0002' + '00000002' + '00000004')).toEqual({ ok: true, value: { type: 'bye', ssrcs: [2], reason: null } });
    expect(splitCompound(fromHex('a1cb0002' + '00000002' + '00000004' + '80c90001' + '00000001') ?? new Uint8Array(0))).toMatchObject({
      error: { code: 'bad-padding' },
    });
    expect(decodeHex('a1cb0002' + '00000002' + '000000ff')).toMatchObject({ error: { code: 'bad-padding' } });
  });

  it('refuses counts and lengths that the packet does not hold', () => {
    expect(decodeHex('82c90001' + '00000001')).toMatchObject({ error: { code: 'bad-field' } });
    expect(decodeHex('81cb0002' + '00000002' + 'ff656e64')).toMatchObject({ error: { code: 'bad-field' } });
    expect(decodeHex('81ca0002' + '00000002' + '01ff6161')).toMatchObject({ error: { code: 'bad-field' } });
    expect(decodeHex('81cd0002' + '00000002' + '00000003')).toMatchObject({ ok: true, value: { lost: [] } });
    expect(decodeHex('80c80006cafebabe')).toMatchObject({ error: { code: 'truncated' } });
    expect(decodeHex('80610001cafebabe')).toMatchObject({ error: { code: 'not-rtcp' } });
    expect(splitCompound(new Uint8Array(0)).ok).toBe(false);
  });

  it('turns wall time to NTP time', () => {
    expect(ntpFromWallMs(0)).toBe(2_208_988_800n << 32n);
    expect(ntpFromWallMs(1_500)).toBe((2_208_988_801n << 32n) | 0x8000_0000n);
  });
});
