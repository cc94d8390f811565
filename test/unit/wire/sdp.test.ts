import { describe, expect, it } from 'vitest';
import { asId, type SessionId } from '../../../src/units/ids.ts';
import { buildDescribe, buildOffer, parseDescribe, parseOffer, type StreamDescription } from '../../../src/wire/sdp.ts';
import { CREDIT_TERMS } from '../../fakes/credit-terms.ts';

const PLAIN: StreamDescription = {
  sessionId: 4711,
  address: '192.0.2.1',
  name: 'A song – of ours',
  control: 'track0',
  payloadType: 97,
  channels: 2,
  bandwidthKbps: 110,
  preSkip: 312,
  totalSamples: 4_800_000,
  ackpay: null,
};
const PAID: StreamDescription = {
  ...PLAIN,
  address: '2001:db8::1',
  channels: 1,
  ackpay: { session: { sid: asId<SessionId>('0f'.repeat(16)), termsHash: 'ab'.repeat(32) }, credit: CREDIT_TERMS, trial: { mode: 'restrict', packets: 1_500 } },
};

describe('SDP', () => {
  it('describes a plain stream as RFC 7587 wants it, readable for any player', () => {
    const lines = buildDescribe(PLAIN).split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'm=audio 0 RTP/AVPF 97 98',
        'a=rtpmap:98 rtx/48000',
        'a=fmtp:98 apt=97;rtx-time=800',
        'a=rtcp-fb:97 nack',
        'a=rtpmap:97 opus/48000/2',
        'a=fmtp:97 sprop-stereo=1;stereo=1',
        'a=ptime:20',
        'a=control:track0',
        'a=x-preskip:312',
        'a=x-total-samples:4800000',
      ]),
    );
    expect(lines.some((line) => line.includes('ackpay'))).toBe(false);
    expect(lines.indexOf('a=range:npt=0-100.000')).toBeGreaterThan(0);
  });

  it('announces the terms of a paid stream in lines that others ignore', () => {
    const lines = buildDescribe(PAID).split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'm=audio 0 RTP/SAVPF 97 98',
        'c=IN IP6 2001:db8::1',
        'b=RR:4000',
        'a=rtcp-rsize',
        'a=rtcp-fb:97 ack app ackpay/1',
        'a=extmap:3 urn:x-ackpay:challenge',
        `a=ackpay:1 sid=${'0f'.repeat(16)} terms=sha-256:${'ab'.repeat(32)}`,
        'a=ackpay-window:W=50 R=250',
        'a=ackpay-trial:mode=restrict units=1500 bill=none confirm=required',
      ]),
    );
  });

  it('takes a number where a name should stand for what it is: no Opus', () => {
    const odd = buildDescribe(PLAIN).replace('a=rtpmap:97 opus/48000/2', 'a=rtpmap:97 9798');
    expect(parseDescribe(odd)).toMatchObject({ ok: false, error: { code: 'no-media' } });
  });

  it.each([PLAIN, PAID])('reads its own description back', (stream) => {
    expect(parseDescribe(buildDescribe(stream))).toEqual({ ok: true, value: stream });
  });

  it('reads its own offer back', () => {
    const offer = { address: '192.0.2.7', payloadType: 97, ackpay: { session: null, credit: CREDIT_TERMS, trial: null } };
    expect(parseOffer(buildOffer(offer))).toEqual({ ok: true, value: offer });
  });

  it('offers and describes sound with copies (RFC 2198) only where it is paid for: a player without ackpay is told of none', () => {
    const lines = buildDescribe({ ...PAID, red: true }).split('\r\n');
    expect(lines).toEqual(expect.arrayContaining(['m=audio 0 RTP/SAVPF 97 98 99', 'a=rtpmap:99 red/48000/2', 'a=fmtp:99 97/97']));
    expect(parseDescribe(lines.join('\r\n'))).toEqual({ ok: true, value: { ...PAID, red: true } });
    expect(buildDescribe({ ...PLAIN, red: true })).toBe(buildDescribe(PLAIN));
    const offer = { address: '192.0.2.7', payloadType: 97, ackpay: { session: null, credit: CREDIT_TERMS, trial: null } };
    expect(parseOffer(buildOffer({ ...offer, red: true }))).toEqual({ ok: true, value: { ...offer, red: true } });
    expect(parseOffer(buildOffer({ ...offer, red: true }).replace('rtpmap:99 red/48000/2', 'rtpmap:99 red/8000'))).toEqual({ ok: true, value: offer });
  });

  it('says every term that can be asked for, and reads it again as it was', () => {
    const adaptation = { minPackets: 30, maxPackets: 80, stepPackets: 5, afterPackets: 100, afterMs: 0 };
    const ackpay = {
      session: null,
      credit: { ...CREDIT_TERMS, policy: 'literal', transitWindowPackets: 200, adaptation },
      trial: { mode: 'deferred', packets: 900, confirmWithinMs: 30_000 },
      confirmModes: ['player-end', 'button'],
      classes: ['trial', 'paid', 'free', 'regrant'],
    } as const;
    const text = buildOffer({ address: '192.0.2.7', payloadType: 97, ackpay });
    expect(text.split('\r\n')).toContain('a=ackpay-window:W=50 R=250 T=200 min=30 max=80 step=5 after=100 aftertime=0');
    expect(parseOffer(text)).toMatchObject({ ok: true, value: { ackpay } });
    for (const [known, foreign] of [
      ['mode=deferred', 'mode=endless'],
      ['policy=literal', 'policy=kind'],
      ['T=200', 'T=many'],
      ['max=80', 'max=-1'],
    ] as const)
      expect(parseOffer(text.replace(known, foreign)), foreign).toMatchObject({ ok: false });
  });

  it('refuses an offer without terms, or with a number missing', () => {
    const text = buildOffer({ address: '192.0.2.7', payloadType: 97, ackpay: { session: null, credit: CREDIT_TERMS, trial: null } });
    expect(parseOffer(text.replace('W=50 ', ''))).toMatchObject({ error: { code: 'malformed' } });
    expect(parseOffer(text.replace('W=50', 'W=-50'))).toMatchObject({ error: { code: 'malformed' } });
    expect(parseOffer(buildDescribe(PLAIN))).toMatchObject({ error: { code: 'malformed' } });
    expect(parseOffer(text.replaceAll('opus/48000', 'PCMU/8000'))).toMatchObject({ error: { code: 'no-media' } });
    expect(parseOffer(`${text}a=${'x'.repeat(9_000)}`)).toMatchObject({ error: { code: 'too-large' } });
  });

  it('finds the audio among other media', () => {
    const text =
      'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 0 RTP/AVP 0 101\r\na=rtpmap:101 OPUS/48000/2\r\n';
    expect(parseDescribe(text)).toMatchObject({ ok: true, value: { payloadType: 101, channels: 1, totalSamples: 0, ackpay: null } });
  });
});
