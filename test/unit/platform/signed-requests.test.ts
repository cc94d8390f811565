import { describe, expect, it } from 'vitest';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import { type SignedRequest, signRequest, verifyRequest } from '../../../src/platform/request-signature.ts';
import { rtspAuth, verifyRtspAuth } from '../../../src/platform/rtsp-auth.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const REQUEST: SignedRequest = { method: 'POST', path: '/v1/offers', body: text('{}'), idempotencyKey: 'play-1', ephemeral: 'ab'.repeat(32) };

describe('a signed HTTP request', () => {
  const { signer } = generateDeviceKey();
  const signature = signRequest(signer, REQUEST);

  it('is believed from its own device only', () => {
    expect(verifyRequest(signer.publicKey, REQUEST, signature)).toBe(true);
    expect(verifyRequest(generateDeviceKey().signer.publicKey, REQUEST, signature)).toBe(false);
    expect(verifyRequest(signer.publicKey, REQUEST, 'not hex')).toBe(false);
    expect(verifyRequest(signer.publicKey, REQUEST, '')).toBe(false);
  });

  it.each([
    { method: 'PUT' },
    { path: '/v1/offers?x' },
    { body: text('{ }') },
    { idempotencyKey: null },
    { idempotencyKey: 'play-2' },
    { ephemeral: null },
    { path: '/v1/offers\n' },
  ])('covers its %j', (change) => {
    expect(verifyRequest(signer.publicKey, { ...REQUEST, ...change }, signature)).toBe(false);
  });

  it('cannot be made over fields that run into each other', () => {
    expect(() => signRequest(signer, { ...REQUEST, path: '/a\nb' })).toThrow('one line');
  });
});

describe('an authenticated RTSP request', () => {
  const key = new Uint8Array(32).fill(3);
  const request = { method: 'PLAY', uri: 'rtsp://h/w', cseq: 4, body: new Uint8Array(0) };

  it('covers method, address, CSeq and body', () => {
    const value = rtspAuth(key, request);
    expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(verifyRtspAuth(key, request, ` ${value} `)).toBe(true);
    for (const change of [{ method: 'PAUSE' }, { uri: 'rtsp://h/x' }, { cseq: 5 }, { body: text('x') }]) {
      expect(verifyRtspAuth(key, { ...request, ...change }, value)).toBe(false);
    }
    expect(verifyRtspAuth(new Uint8Array(32), request, value)).toBe(false);
    expect([verifyRtspAuth(key, request, ''), verifyRtspAuth(key, request, 'zz'), verifyRtspAuth(key, request, value.slice(2))]).toEqual([false, false, false]);
  });
});
