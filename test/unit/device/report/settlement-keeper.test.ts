import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HeadendSettlement } from '../../../../device/report/settlement-check.ts';
import { SettlementKeeper } from '../../../../device/report/settlement-keeper.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import type { OutboxRecord } from '../../../../src/wire/http-api.ts';
import { settlementAnswerBytes } from '../../../../src/wire/settlement-answer.ts';
import { BookFolder, coin, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

const SID = '0123456789abcdef0123456789abcdef';
const STATEMENT = JSON.stringify({ chargedMinor: '40', playId: 'p1', sid: SID });
const headend = generateDeviceKey().signer;
const stranger = generateDeviceKey().signer;

function answer(given: Partial<HeadendSettlement> & { readonly over?: string; readonly signer?: typeof headend } = {}): HeadendSettlement {
  const { over = STATEMENT, signer = headend, ...changes } = given;
  const said = { sid: SID, chargedMinor: '40', agreed: true, reason: '', ...changes };
  return { ...said, countersignature: toHex(signer.sign(settlementAnswerBytes({ ...said, statementHash: sha256Hex(over) }))) };
}

let folder: BookFolder;
let book: InlineBook;
let keeper: SettlementKeeper;
let statements: readonly OutboxRecord[];

beforeEach(async () => {
  folder = new BookFolder();
  book = folder.open();
  keeper = new SettlementKeeper({ book, log: { info() {}, warn() {} }, headendPublicKey: () => headend.publicKey });
  await book.insertCoin(coin(1));
  await book.enqueue({ playId: 'p1', ...WORK });
  await book.settle({ playId: 'p1', chargedMinor: 40n, heardMs: 1_000, endReason: 'skipped', statement: { text: STATEMENT, signature: 'ab'.repeat(64) } });
  statements = (await book.pendingRecords(50)).records.filter(({ kind }) => kind === 'receipt');
  expect(statements).toHaveLength(1);
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

const faults = async (): Promise<readonly string[]> =>
  (await book.pendingRecords(50)).records.filter(({ kind }) => kind === 'fault').map(({ body }) => (JSON.parse(body) as { message: string }).message);

describe("the headend's answer to a closing statement", () => {
  test('is kept with its countersignature where it agrees, and nobody is troubled', async () => {
    const agreed = answer();
    await keeper.keep(statements, [agreed]);
    expect(await book.settlements(9)).toMatchObject([
      { sid: SID, title: 'Blue Hour', verdict: 'agreed', chargedMinor: '40', statementHash: sha256Hex(STATEMENT), countersignature: agreed.countersignature },
    ]);
    expect(await faults()).toEqual([]);
  });

  test.each<readonly [string, HeadendSettlement]>([
    ['is signed by another key', answer({ signer: stranger })],
    ['is signed over another statement', answer({ over: '{}' })],
    ['was turned from a refusal into an agreement', { ...answer({ agreed: false }), agreed: true }],
    ['names another charge than was signed', { ...answer(), chargedMinor: '41' }],
  ])('is not believed where it %s, and a fault record says so', async (_how, settlement) => {
    await keeper.keep(statements, [settlement]);
    expect(await book.settlements(9)).toMatchObject([{ verdict: 'unproven', countersignature: settlement.countersignature }]);
    expect(await faults()).toEqual([expect.stringMatching(/play p1 .* proves nothing\. The countersignature is not by the key of this headend/)]);
  });

  test('is a fault in words where the headend refused, or billed another amount', async () => {
    await keeper.keep(statements, [answer({ agreed: false, chargedMinor: '0', reason: 'The statement counts more than was sent.' })]);
    expect(await faults()).toEqual([expect.stringMatching(/was not agreed to by the headend\. The statement counts more than was sent\./)]);
    await keeper.keep(statements, [answer({ chargedMinor: '41' })]);
    expect(await book.settlements(9)).toMatchObject([{ verdict: 'refused' }]);
  });

  test('is missed in words where there is none', async () => {
    await keeper.keep(statements, []);
    expect(await book.settlements(9)).toMatchObject([{ verdict: 'unanswered', countersignature: null }]);
    expect(await faults()).toEqual([expect.stringMatching(/was never answered/)]);
  });

  test('changes nothing when it comes again, and a later agreement counts for good', async () => {
    await keeper.keep(statements, []);
    await keeper.keep(statements, []);
    expect(await faults()).toHaveLength(1);
    await keeper.keep(statements, [answer()]);
    await keeper.keep(statements, [answer({ signer: stranger })]);
    expect(await book.settlements(9)).toMatchObject([{ verdict: 'agreed' }]);
    expect(await faults()).toHaveLength(1);
  });
});
