import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { readClosingStatement } from '../../src/headend/usage/closing-statement.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { verifyEd25519 } from '../../src/platform/crypto/ed25519-signer.ts';
import { verifyRequest } from '../../src/platform/request-signature.ts';
import { verifyRtspAuth } from '../../src/platform/rtsp-auth.ts';
import { toHex } from '../../src/units/bytes.ts';
import { EnrolRequest, EnrolResponse, NonceResponse, ReportRequest, ReportResponse, ResumeRequest, ResumeResponse } from '../../src/wire/http-api.ts';
import { decodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import { parseDescribe, parseOffer } from '../../src/wire/sdp.ts';
import { settlementAnswerBytes } from '../../src/wire/settlement-answer.ts';
import { parseTerms, signedTermsBytes } from '../../src/wire/terms-text.ts';
import { readTexts, readVectors, showText } from './protocol-document.ts';
import { CREDIT, DEVICE_SIGNER, HEADEND_SIGNER, OFFER_SIGNED, RECEIVER_REPORT, SENDER_REPORT, SETTLEMENT, TERMS, TEXTS } from './text-vectors.ts';
import { HEADEND_KEYS, PLAY, TRANSCRIPT } from './vector-values.ts';

const written = { texts: readTexts(), bytes: readVectors() };

function textOf(name: string): string {
  const text = written.texts.get(name)?.replace(/\n$/, '');
  if (text === undefined) throw new Error(`PROTOCOL.md has no text ${name}`);
  return text;
}

function bytesOf(name: string): Uint8Array {
  return written.bytes.get(name) ?? new Uint8Array();
}

/** The document shows lines without their carriage returns. */
const onTheWire = (name: string): Uint8Array => new TextEncoder().encode(`${textOf(name).replaceAll('\n', '\r\n')}\r\n`);

describe('the texts of PROTOCOL.md', () => {
  it('are those of the code, each of them', () => {
    expect(Object.fromEntries(written.texts)).toEqual(Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [name, showText(text)])));
  });

  it.each(['rtsp-setup', 'rtsp-set-parameter', 'rtsp-get-parameter', 'rtsp-pause', 'rtsp-teardown'])(
    '%s is a request of the example session, and authentic',
    (name) => {
      const [request] = new RtspParser().push(onTheWire(name)).items;
      if (request?.kind !== 'request') throw new Error('no request');
      const { method, uri, headers, body } = request;
      expect(uri).toBe(PLAY.uri);
      expect(verifyRtspAuth(HEADEND_KEYS.rtsp, { method, uri, cseq: Number(headers.get('cseq')), body }, headers.get('ackpay-auth') ?? '')).toBe(true);
    },
  );

  it.each(['rtsp-setup-answer', 'rtsp-play-answer'])('%s is a complete answer', (name) => {
    expect(new RtspParser().push(onTheWire(name)).items).toMatchObject([{ kind: 'response', status: 200 }]);
  });

  it('sdp-offer asks for what sdp-answer says that the terms say', () => {
    expect(parseOffer(textOf('sdp-offer'))).toMatchObject({ ok: true, value: { payloadType: 97, red: true, ackpay: { session: null, credit: CREDIT } } });
    const session = { sid: TERMS.sid, termsHash: toHex(bytesOf('terms-hash')) };
    expect(parseDescribe(textOf('sdp-answer'))).toMatchObject({ ok: true, value: { red: true, ackpay: { session, credit: CREDIT, trial: TERMS.trial } } });
  });

  it('terms read back, and are signed by the headend', () => {
    expect(parseTerms(textOf('terms'))).toEqual({ ok: true, value: TERMS });
    expect(sha256Hex(textOf('terms'))).toBe(toHex(bytesOf('terms-hash')));
    expect(verifyEd25519(HEADEND_SIGNER.publicKey, signedTermsBytes(textOf('terms')), bytesOf('terms-signature'))).toBe(true);
  });

  it('offer and resume are signed by who they are of', () => {
    expect(verifyRequest(DEVICE_SIGNER.publicKey, OFFER_SIGNED, toHex(bytesOf('offer-signature')))).toBe(true);
    expect(Value.Check(ResumeRequest, JSON.parse(textOf('resume-request')))).toBe(true);
    expect(verifyEd25519(HEADEND_SIGNER.publicKey, TRANSCRIPT, bytesOf('resume-signature'))).toBe(true);
  });

  it.each([
    ['enrol-request', EnrolRequest],
    ['enrol-answer', EnrolResponse],
    ['nonce-answer', NonceResponse],
    ['resume-answer', ResumeResponse],
    ['report-request', ReportRequest],
    ['report-answer', ReportResponse],
  ])('%s is what its schema takes', (name, schema) => {
    expect([...Value.Errors(schema, JSON.parse(textOf(name)))]).toEqual([]);
  });

  it('the statement is read from its record, signed by the device and countersigned by the headend', () => {
    const read = readClosingStatement(textOf('receipt-record'));
    expect(read).toMatchObject({ ok: true, value: { text: textOf('statement'), signature: toHex(bytesOf('statement-signature')) } });
    expect(verifyEd25519(DEVICE_SIGNER.publicKey, new TextEncoder().encode(textOf('statement')), bytesOf('statement-signature'))).toBe(true);
    expect(verifyEd25519(HEADEND_SIGNER.publicKey, settlementAnswerBytes(SETTLEMENT), bytesOf('countersignature'))).toBe(true);
  });

  it('reports and BYE are what they say', () => {
    const parts = (name: string) => {
      const split = splitCompound(bytesOf(name));
      return split.ok ? split.value.map((packet) => decodeRtcp(packet)) : [];
    };
    expect(parts('sender-report')).toMatchObject([{ value: SENDER_REPORT }, { value: { type: 'source-description' } }]);
    expect(parts('receiver-report')).toEqual([{ ok: true, value: RECEIVER_REPORT }]);
    expect(parts('bye')).toMatchObject([{}, {}, { value: { type: 'bye', reason: 'end of the song' } }]);
  });
});
