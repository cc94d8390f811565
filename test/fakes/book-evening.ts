import type { Book } from '../../device/stores/book-port.ts';
import { limits } from '../../src/limits.ts';
import { coin, STATEMENT, WORK } from './book-folder.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface EveningStep {
  readonly name: string;
  /** Done again from the start after a kill, with the same keys, as the box does. */
  run(book: Book, clock: VirtualClock): Promise<unknown>;
}

const TERMS = '{"packetMs":20,"packets":9000}';

function session(sid: string, playId: string): EveningStep {
  return { name: `open ${sid}`, run: (book) => book.openSession({ sid, playId, termsText: TERMS, termsSignature: 'sig' }) };
}

function receipt(sid: string, paid: number): EveningStep {
  const counts = [{ node: 0, billingClass: 'paid', packets: paid }] as const;
  const run = (book: Book): Promise<void> =>
    book.putReceipt(sid, { bytes: Uint8Array.of(paid), signature: Uint8Array.of(1), counts, lostPackets: 0, heardSample: paid * 960 });
  return { name: `receipt ${sid} ${paid}`, run };
}

/** The box asks what was playing before it takes the next. */
const takeNext: EveningStep = {
  name: 'take next',
  run: async (book) => ((await book.openPlays()).length === 0 ? book.takeNext() : null),
};

/** One of everything that moves money, in the order of an evening. */
export const EVENING: readonly EveningStep[] = [
  { name: 'coin 1', run: (book) => book.insertCoin(coin(1, 200n)) },
  { name: 'trial p1', run: (book) => book.beginTrial({ playId: 'p1', ...WORK }) },
  { name: 'confirm p1', run: (book) => book.confirmPlay('p1', 'e1') },
  session('s1', 'p1'),
  { name: 'counters s1', run: (book) => book.reserveCounters('s1', 1_000) },
  receipt('s1', 100),
  { name: 'queue p2', run: (book) => book.enqueue({ playId: 'p2', ...WORK }) },
  { name: 'coin 2', run: (book) => book.insertCoin(coin(2, 100n)) },
  { name: 'queue p3', run: (book) => book.enqueue({ playId: 'p3', ...WORK }) },
  { name: 'epoch s1', run: (book) => book.advanceEpoch('s1', 1) },
  { name: 'settle p1', run: (book) => book.settle({ playId: 'p1', chargedMinor: 100n, heardMs: 180_000, endReason: 'finished', statement: STATEMENT }) },
  takeNext,
  session('s2', 'p2'),
  receipt('s2', 50),
  { name: 'skip p2', run: (book) => book.settle({ playId: 'p2', chargedMinor: 33n, heardMs: 60_000, endReason: 'skipped', statement: STATEMENT }) },
  { name: 'trial p4', run: (book) => book.beginTrial({ playId: 'p4', ...WORK }) },
  { name: 'decline p4', run: (book) => book.declineTrial('p4', 2_000) },
  { name: 'close p4', run: (book) => book.settle({ playId: 'p4', chargedMinor: 0n, heardMs: 2_000, endReason: 'trial-declined', statement: STATEMENT }) },
  takeNext,
  { name: 'refund p3', run: (book) => book.settle({ playId: 'p3', chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null }) },
  { name: 'grant', run: (book) => book.grantCredit(50n, 'anna', 'sorry', 'g1') },
  {
    name: 'acknowledge',
    run: async (book) => {
      const { generation } = await book.outboxState();
      await book.acknowledgeRecords(generation, 5, []);
    },
  },
  {
    name: 'idle',
    run: async (book, clock) => {
      await clock.advance(limits.coinSessionIdleMs);
      return book.closeIdlePayer();
    },
  },
  { name: 'redeem', run: async (book) => book.redeemClaim(await issuedCode(book)) },
];

async function issuedCode(book: Book): Promise<string> {
  const { records } = await book.pendingRecords(200);
  const bodies = records.map(({ body }) => JSON.parse(body) as { readonly event?: string; readonly key?: string });
  return bodies.find(({ event }) => event === 'claim-issued')?.key?.slice('claim:'.length) ?? '';
}
