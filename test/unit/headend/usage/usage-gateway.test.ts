import { describe, expect, it, onTestFinished } from 'vitest';
import { ProblemError } from '../../../../src/headend/http/problems.ts';
import { HeadendBookError } from '../../../../src/headend/stores/headend-book-error.ts';
import { acceptReport, type GatewayDeps, takeReportsInto } from '../../../../src/headend/usage/usage-gateway.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { generateDeviceKey, verifyEd25519 } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { createRateLimit } from '../../../../src/platform/rate-limit.ts';
import type { OutletRow } from '../../../../src/ports/headend-stores.ts';
import type { Signer } from '../../../../src/ports/signer.ts';
import { fromHex, toHex } from '../../../../src/units/bytes.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import type { OutboxRecord, ReportRequest, ReportResponse } from '../../../../src/wire/http-api.ts';
import { standInFor } from '../../../../src/wire/refused-record.ts';
import { settlementAnswerBytes } from '../../../../src/wire/settlement-answer.ts';
import { bookFixture, EVENT_ID, enrol, enrolKey, offeredSession, progressOf, record, statementOf } from '../stores/book-fixture.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function gateway() {
  const fixture = bookFixture();
  onTestFinished(() => fixture.remove());
  const { book, clock } = fixture;
  const device = generateDeviceKey().signer;
  const headend = generateDeviceKey().signer;
  const outlet = enrolKey(book, device.publicKey);
  const row = book.openSession(offeredSession(outlet, 'song'));
  book.putConfirmation(row.sid, EVENT_ID);
  const fenced: string[] = [];
  const deps: GatewayDeps = {
    usage: book,
    registry: book,
    quarantine: book,
    commands: book,
    signer: headend,
    clock,
    log: { info: () => {}, warn: () => {} },
    stream: {
      // As the real one: what was sent becomes durable only here.
      fence: async (sid) => {
        fenced.push(sid);
        book.mergeProgress([progressOf(row, 250, 1_500)]);
      },
    },
  };
  return { fixture, book, device, headend, outlet, row, deps, fenced };
}

function statementRecord(sequence: number, text: string, signer: Signer): OutboxRecord {
  return record(sequence, canonicalJson({ statement: text, signature: toHex(signer.sign(bytes(text))) }), 'receipt');
}

function report(...records: readonly OutboxRecord[]): ReportRequest {
  return { generation: 'g', records: [...records], status: { state: 'playing' }, commandResults: [] };
}

async function accepted(deps: GatewayDeps, outlet: OutletRow, request: ReportRequest): Promise<ReportResponse> {
  const outcome = await acceptReport(deps, outlet, request);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

describe('usage gateway', () => {
  it('settles a signed closing statement after the stream was fenced, and countersigns', async () => {
    const { deps, outlet, row, device, headend, book, fenced } = gateway();
    const text = canonicalJson(statementOf(row, 250, 1_500));
    const answer = await accepted(deps, outlet, report(record(1), statementRecord(2, text, device)));
    expect(answer).toMatchObject({ acknowledgedThrough: 2, conflicts: [], settlements: [{ sid: row.sid, chargedMinor: '50', agreed: true, reason: '' }] });
    expect(fenced).toEqual([row.sid]);
    const signed = settlementAnswerBytes({ sid: row.sid, statementHash: sha256Hex(text), chargedMinor: '50', agreed: true });
    expect(verifyEd25519(headend.publicKey, signed, fromHex(answer.settlements[0]?.countersignature ?? '') ?? bytes(''))).toBe(true);
    expect(book.ledgerTotalMinor()).toBe(50n);
    expect(book.outletStatus(outlet.outlet)?.status).toEqual({ state: 'playing' });
  });

  it('gives the same answer when the first one was lost, and bills once', async () => {
    const { deps, outlet, row, device, book, fenced } = gateway();
    const request = report(statementRecord(1, canonicalJson(statementOf(row, 250, 1_500)), device));
    const first = await accepted(deps, outlet, request);
    expect(await accepted(deps, outlet, request)).toEqual(first);
    expect(book.bills(10)).toHaveLength(1);
    expect(fenced).toHaveLength(1);
  });

  it('refuses a statement signed by another key, keeps it aside, and counts its record as delivered', async () => {
    const { deps, outlet, row, book, fenced } = gateway();
    const forged = statementRecord(1, canonicalJson(statementOf(row, 250, 0)), generateDeviceKey().signer);
    const answer = await accepted(deps, outlet, report(forged, record(2)));
    expect(answer).toMatchObject({ acknowledgedThrough: 2, settlements: [{ agreed: false, reason: expect.stringMatching(/not signed/) }] });
    expect(book.quarantined(10)).toMatchObject([{ sequence: 1, code: 'statement-refused' }]);
    expect(fenced).toEqual([]);
    expect(book.session(row.sid)?.state).toBe('offered');
  });

  it('knows nothing of the plays of other boxes', async () => {
    const { deps, row, device, book } = gateway();
    const stranger = enrol(book, 9);
    const answer = await accepted(deps, stranger, report(statementRecord(1, canonicalJson(statementOf(row, 250, 1_500)), device)));
    expect(answer.settlements).toMatchObject([{ agreed: false, chargedMinor: '0', reason: 'This box has no such play here.' }]);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no statement', canonicalJson({ statement: 1 })],
    ['JSON that is not canonical', '{"statement": "x","signature":""}'],
    ['a statement of another version', canonicalJson({ signature: '0'.repeat(128), statement: canonicalJson({ version: 2 }) })],
  ])('sets a receipt record with %s aside without blocking what follows', async (_, body) => {
    const { deps, outlet, book } = gateway();
    expect(await accepted(deps, outlet, report(record(1, body, 'receipt'), record(2)))).toMatchObject({ acknowledgedThrough: 2, settlements: [] });
    expect(book.quarantined(10)).toMatchObject([{ sequence: 1, code: 'statement-unreadable' }]);
  });

  it('keeps what stands in for a refused record in quarantine, and goes on behind it', async () => {
    const { deps, outlet, book } = gateway();
    const standIn = standInFor(record(1), 'The request does not fit its schema.', '', sha256Hex);
    const answer = await accepted(deps, outlet, report(standIn, record(2)));
    expect(answer).toMatchObject({ acknowledgedThrough: 2, conflicts: [1] });
    expect(book.quarantined(10)).toMatchObject([{ sequence: 1, code: 'refused' }]);
    expect(book.recordCount(outlet.outlet)).toEqual({ total: 1, usage: 1 });
  });

  it('hands out commands and takes their results', async () => {
    const { deps, outlet, book } = gateway();
    const id = book.putCommand(outlet.outlet, 'show status');
    expect((await accepted(deps, outlet, report())).commands).toEqual([{ id, line: 'show status' }]);
    const request = { ...report(), commandResults: [{ id, ok: true, code: 'ok', text: 'fine' }] };
    expect((await accepted(deps, outlet, request)).commands).toEqual([]);
  });

  it('lets a box that delivers beyond its quota wait, in words and with a time, and takes the same records later', async () => {
    const { deps, outlet, fixture } = gateway();
    const limited = { ...deps, quota: createRateLimit(2, 1, 10) };
    expect(await acceptReport(limited, outlet, report(record(1), record(2)))).toMatchObject({ ok: true });
    expect(await acceptReport(limited, outlet, report(record(3)))).toMatchObject({ ok: false, error: { code: 'quota-used-up', retryAfterMs: 1_000 } });
    await expect(takeReportsInto(limited)(outlet, report(record(3)))).rejects.toMatchObject({ fault: { code: 'too-many-requests' } });
    await fixture.clock.advance(1_000);
    expect(await acceptReport(limited, outlet, report(record(3)))).toMatchObject({ ok: true, value: { acknowledgedThrough: 3 } });
  });

  it('answers 503 with a time to wait when the disk is full, and acknowledges nothing', async () => {
    const { deps, outlet, book } = gateway();
    const full: GatewayDeps = {
      ...deps,
      usage: {
        ...book,
        intake: () => {
          throw new HeadendBookError('storage-full', '');
        },
      },
    };
    expect(await acceptReport(full, outlet, report(record(1)))).toMatchObject({ ok: false, error: { code: 'storage-full', retryAfterMs: 5_000 } });
    await expect(takeReportsInto(full)(outlet, report(record(1)))).rejects.toThrow(ProblemError);
    expect(book.recordCount(outlet.outlet).total).toBe(0);
  });
});
