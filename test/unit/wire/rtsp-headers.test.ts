import { describe, expect, it } from 'vitest';
import {
  formatNptRange,
  formatRtpInfo,
  formatTransport,
  parseNptRange,
  parseRtpInfo,
  parseSessionHeader,
  parseTransport,
} from '../../../src/wire/rtsp-headers.ts';

describe('RTSP headers', () => {
  it('reads the transports that ffmpeg, mpv and GStreamer ask for', () => {
    expect(parseTransport('RTP/AVP/UDP;unicast;client_port=24730-24731')).toMatchObject([{ profile: 'RTP/AVP', lower: 'UDP', clientPort: [24730, 24731] }]);
    expect(parseTransport('RTP/AVP/TCP;unicast;interleaved=0-1')).toMatchObject([{ lower: 'TCP', interleaved: [0, 1], clientPort: null }]);
    expect(parseTransport('RTP/AVPF;unicast;client_port=5000-5001,RTP/AVPF/TCP;unicast;interleaved=0-1')).toMatchObject([
      { profile: 'RTP/AVPF', lower: 'UDP' },
      { lower: 'TCP' },
    ]);
    expect(parseTransport('RAW/RAW/UDP;unicast, RTP/SAVPF;unicast;client_port=7000')).toMatchObject([{ profile: 'RTP/SAVPF', clientPort: [7000, 7001] }]);
  });

  it('shows a destination, so that it can be refused, and drops ports that do not exist', () => {
    expect(parseTransport('RTP/AVP;unicast;destination=10.0.0.9;client_port=70000-70001')).toMatchObject([{ destination: '10.0.0.9', clientPort: null }]);
  });

  it('writes a transport that it reads back', () => {
    const spec = {
      profile: 'RTP/SAVPF',
      lower: 'UDP',
      multicast: false,
      clientPort: [1, 2],
      serverPort: [3, 4],
      interleaved: null,
      ssrc: 0xcafe,
      destination: null,
    } as const;
    expect(formatTransport(spec)).toBe('RTP/SAVPF;unicast;client_port=1-2;server_port=3-4;ssrc=0000CAFE');
    expect(parseTransport(formatTransport(spec))).toEqual([spec]);
  });

  it.each([
    ['npt=0.000-', 0, null],
    ['npt=12.5-', 12_500, null],
    ['npt=now-', 0, null],
    ['npt=1:01:05.25-', 3_665_250, null],
    ['npt=0-30.1', 0, 30_100],
  ])('reads the range %s', (value, fromMs, toMs) => {
    expect(parseNptRange(value)).toEqual({ ok: true, value: { fromMs, toMs } });
  });

  it.each(['npt=', 'smpte=0-', 'npt=5-4', 'npt=1:99:00-', 'npt=-1-', 'clock=19961108T142300Z-', ''])('refuses the range "%s"', (value) => {
    expect(parseNptRange(value)).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  it('writes ranges and RTP-Info that it reads back', () => {
    expect(formatNptRange({ fromMs: 12_500, toMs: null })).toBe('npt=12.500-');
    const info = { uri: 'rtsp://h:1/w/track0', sequence: 65_535, rtpTimestamp: 4_294_967_295 };
    expect(formatRtpInfo(info)).toBe('url=rtsp://h:1/w/track0;seq=65535;rtptime=4294967295');
    expect(parseRtpInfo(formatRtpInfo(info))).toEqual({ ok: true, value: info });
    expect(parseRtpInfo('url="rtsp://h/a;b";seq=1,url=x;seq=2')).toMatchObject({ ok: false });
    expect(parseRtpInfo('url=a;rtptime=4294967296')).toMatchObject({ ok: false });
  });

  it('reads session id and timeout', () => {
    expect(parseSessionHeader('4711;timeout=5')).toEqual({ id: '4711', timeoutSeconds: 5 });
    expect(parseSessionHeader(' 4711 ')).toEqual({ id: '4711', timeoutSeconds: 60 });
  });
});
