import { type ClassCount, packetsOf } from '../../../src/domain/credit/billing-class.ts';
import { settlePlay } from '../../../src/domain/credit/settle-play.ts';
import type { ClosingStatement } from '../../../src/domain/credit/statements.ts';
import type { Terms } from '../../../src/domain/credit/terms.ts';
import { limits } from '../../../src/limits.ts';
import { type BoxRows, type HeadendRows, readBoxBook, readHeadendBook, type TransferRow } from './books.ts';
import type { Person } from './person.ts';
import type { World } from './world.ts';

/** What the evening came to, minor units. */
export interface Outcome {
  readonly coinsMinor: bigint;
  readonly earnedMinor: bigint;
  readonly unclaimedMinor: bigint;
  readonly bought: number;
  readonly records: number;
}

type Evidence = { readonly world: World; readonly person: Person; readonly box: BoxRows; readonly headend: HeadendRows };
/** Each promise by its name, with what speaks against it. */
type Check = readonly [promise: string, find: (evidence: Evidence) => readonly string[]];

const CHECKS: readonly Check[] = [
  ['both books balance', ({ world }) => booksOutOfBalance(world)],
  ['both sides earned the same', ({ box, headend }) => unequal('earned', balance(box.transfers, 'earned'), balance(headend.transfers, 'earned'))],
  ['every coin counts once', lostOrDoubledCoins],
  ['money is conserved', unconservedMoney],
  ['every play is settled once', unsettledPlays],
  ['nobody buys more than he asked for', moreOrdersThanPresses],
  ['every play has one statement and one bill', statementsAndBills],
  ['every statement has a countersigned agreement', unprovenStatements],
  ['the headend charges what was signed', wrongCharges],
  ['no packet is paid twice', packetsPaidTwice],
  ['what is paid for is heard from its start', passesBegunLate],
  ['the sender stops at the window', windowsOverrun],
  ['every record arrives once', lostOrDoubledRecords],
];

/** Looks into both books when everything is over. @returns what is wrong, one sentence each; empty where all promises hold */
export async function findFaults(world: World, person: Person): Promise<{ readonly outcome: Outcome; readonly found: readonly string[] }> {
  const evidence = { world, person, box: readBoxBook(world.boxFolder), headend: readHeadendBook(world.headendFolder) };
  const found = CHECKS.flatMap(([promise, find]) => find(evidence).map((fault) => `${promise}: ${fault}`));
  const { box, headend } = evidence;
  return {
    found,
    outcome: {
      coinsMinor: balance(box.transfers, 'cash-box'),
      earnedMinor: balance(box.transfers, 'earned'),
      unclaimedMinor: balance(box.transfers, 'unclaimed'),
      bought: box.plays.filter((play) => play.state === 'settled').length,
      records: headend.records.length,
    },
  };
}

/** Credits less debits; the other way round for what the box has. */
function balance(transfers: readonly TransferRow[], account: string): bigint {
  const credited = transfers.reduce(
    (sum, { debit, credit, amountMinor }) => sum + (credit === account ? amountMinor : 0n) - (debit === account ? amountMinor : 0n),
    0n,
  );
  return account === 'cash-box' ? -credited : credited;
}

function unequal(what: string, left: bigint | number, right: bigint | number): readonly string[] {
  return left === right ? [] : [`${what} ${left} at the box, ${right} at the headend`];
}

function doubled(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.filter((key, at) => keys.indexOf(key) !== at))];
}

function booksOutOfBalance({ boxBook, network }: World): readonly string[] {
  const problems = [boxBook?.ledger().problem ?? null, boxBook?.core.parts.ledger.audit() ?? null, network.headend?.book.auditLedger() ?? null];
  const down = boxBook === null || network.headend === null ? ['one of them is down'] : [];
  return [...problems.filter((problem) => problem !== null), ...down];
}

function lostOrDoubledCoins({ world, box }: Evidence): readonly string[] {
  const fell = world.coins.map(({ counterEpoch, counter, valueMinor }) => `${counterEpoch} ${counter} ${valueMinor}`).sort();
  const booked = box.coins.map(({ counterEpoch, counter, valueMinor }) => `${counterEpoch} ${counter} ${valueMinor}`).sort();
  const posted = box.transfers.filter(({ reason }) => reason === 'coin');
  const told = box.outbox.filter(({ kind, body }) => kind === 'cash' && body.includes('"event":"coin"'));
  const totals = [fell.length, booked.length, posted.length, told.length].join(' ');
  const sum = posted.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  return [
    ...(fell.join() === booked.join() ? [] : [`fell ${fell.join(', ')}; booked ${booked.join(', ')}`]),
    ...(new Set(totals.split(' ')).size === 1 ? [] : [`fell, booked, posted, reported: ${totals}`]),
    ...(sum === world.coins.reduce((total, { valueMinor }) => total + valueMinor, 0n) ? [] : [`${sum} posted`]),
  ];
}

function unconservedMoney({ box }: Evidence): readonly string[] {
  const { transfers, plays } = box;
  const [coins, earned, refunded] = [balance(transfers, 'cash-box'), balance(transfers, 'earned'), balance(transfers, 'refunded')];
  const left = balance(transfers, 'patron-credit') + balance(transfers, 'held') + balance(transfers, 'unclaimed');
  const stuck = plays.filter(({ heldMinor, state }) => heldMinor !== 0n && state !== 'settled');
  return [
    ...(coins - earned - refunded === left ? [] : [`${coins} came in, ${earned} earned, ${refunded} paid out, ${left} left`]),
    ...(balance(transfers, 'held') === 0n ? [] : [`${balance(transfers, 'held')} still held`]),
    ...stuck.map(({ playId, heldMinor }) => `play ${playId} holds ${heldMinor}`),
  ];
}

function unsettledPlays({ box }: Evidence): readonly string[] {
  const faults: string[] = box.plays
    .filter(({ state }) => state !== 'settled' && state !== 'declined')
    .map(({ playId, state }) => `play ${playId} is ${state}`);
  for (const { playId, state, quoteMinor, chargedMinor, refundMinor } of box.plays) {
    const of = (reason: string): bigint =>
      box.transfers.filter((row) => row.playId === playId && row.reason === reason).reduce((sum, row) => sum + row.amountMinor, 0n);
    const [held, charged, refunded] = [of('hold'), of('charge'), of('refund')];
    const price = state === 'settled' ? quoteMinor : 0n;
    if (held !== price || charged + refunded !== price)
      faults.push(`play ${playId} (${state}, ${quoteMinor}): held ${held}, charged ${charged}, refunded ${refunded}`);
    if ((chargedMinor ?? 0n) !== charged || (refundMinor ?? 0n) !== refunded) faults.push(`play ${playId}: its row says ${chargedMinor} and ${refundMinor}`);
    if (state === 'settled' && !box.customerReceipts.includes(playId)) faults.push(`play ${playId} has no receipt for the customer`);
  }
  return [...faults, ...doubled(box.customerReceipts).map((playId) => `play ${playId} has two receipts`)];
}

function moreOrdersThanPresses({ person, box }: Evidence): readonly string[] {
  const orders = box.outbox.filter(({ kind, body }) => kind === 'usage' && body.includes('"ORDER"')).length;
  const bought = box.plays.filter(({ state }) => state === 'settled').length;
  return [
    ...(orders === bought ? [] : [`${orders} orders reported, ${bought} plays bought`]),
    ...(orders <= person.okPresses ? [] : [`${orders} orders, ${person.okPresses} presses of OK`]),
  ];
}

function statementsOf({ box }: Evidence): readonly { readonly text: string; readonly statement: ClosingStatement }[] {
  return box.outbox
    .filter(({ kind }) => kind === 'receipt')
    .map(({ body }) => JSON.parse(body) as { readonly statement: string })
    .map(({ statement }) => ({ text: statement, statement: JSON.parse(statement) as ClosingStatement }));
}

function unprovenStatements(evidence: Evidence): readonly string[] {
  const answers = new Map(evidence.box.settlements.map((settlement) => [settlement.sid, settlement]));
  return statementsOf(evidence).flatMap(({ statement: { sid, playId } }) => {
    const answer = answers.get(sid);
    return answer?.verdict === 'agreed' ? [] : [`play ${playId}: ${answer?.verdict ?? 'no answer'} ${answer?.reason ?? ''}`];
  });
}

function statementsAndBills(evidence: Evidence): readonly string[] {
  const { box, headend } = evidence;
  const statements = statementsOf(evidence);
  const faults = doubled(statements.map(({ statement }) => statement.playId)).map((playId) => `two statements of play ${playId}`);
  for (const { text, statement } of statements) {
    const bills = headend.bills.filter(({ sid }) => sid === statement.sid);
    if (bills.length !== 1 || bills[0]?.statement !== text) faults.push(`${bills.length} bills for the statement of play ${statement.playId}`);
  }
  for (const { playId, chargedMinor, statement } of headend.bills) {
    const play = box.plays.find((row) => row.playId === playId);
    if ((play?.chargedMinor ?? 0n) !== chargedMinor)
      faults.push(`play ${playId}: ${play?.chargedMinor} charged at the box, ${chargedMinor} billed (${statement})`);
  }
  const open = headend.sessions.filter(({ state }) => state === 'offered' || state === 'streaming');
  const openHere = box.sessions.filter(({ state }) => state !== 'closed');
  return [
    ...faults,
    ...open.map(({ playId }) => `the session of play ${playId} is open at the headend`),
    ...openHere.map(({ playId }) => `the session of play ${playId} is open at the box`),
    ...doubled(headend.bills.map(({ playId }) => playId)).map((playId) => `two bills for play ${playId}`),
  ];
}

function termsOf({ headend }: Evidence, sid: string): Terms | null {
  const row = headend.sessions.find((session) => session.sid === sid);
  return row === undefined ? null : (JSON.parse(row.termsText) as Terms);
}

function wrongCharges(evidence: Evidence): readonly string[] {
  const { headend } = evidence;
  return headend.bills.flatMap((bill) => {
    const terms = termsOf(evidence, bill.sid);
    if (terms === null) return [`bill without a session: ${bill.sid}`];
    const receipted = headend.signed.filter(({ sid }) => sid === bill.sid);
    const signed: readonly ClassCount[] = receipted.map((row) => ({ node: 0, billingClass: row.class as ClassCount['billingClass'], packets: row.packets }));
    const word = bill.statement === null ? { counts: signed, unheardPaidPackets: 0, lostPackets: 0 } : (JSON.parse(bill.statement) as ClosingStatement);
    const { chargedMinor } = settlePlay(terms, word);
    const faults =
      bill.statement !== null && chargedMinor !== bill.chargedMinor
        ? [`play ${bill.playId}: billed ${bill.chargedMinor}, its statement makes ${chargedMinor}`]
        : [];
    if (bill.paidPackets > packetsOf(word.counts, 'paid')) faults.push(`play ${bill.playId}: ${bill.paidPackets} packets billed, fewer signed`);
    if (packetsOf(word.counts, 'paid') < packetsOf(signed, 'paid')) faults.push(`play ${bill.playId}: the statement is below its receipts`);
    return faults;
  });
}

/** The statement counts at most the distinct packets of the work that came in paid slots, as somebody on the wire saw them. */
function packetsPaidTwice(evidence: Evidence): readonly string[] {
  return statementsOf(evidence).flatMap(({ statement }) => {
    const paid = packetsOf(statement.counts, 'paid');
    const seen = evidence.world.tap.paidIndexes(statement.sid).size;
    return paid <= seen ? [] : [`play ${statement.playId} counts ${paid} paid packets, ${seen} different ones came`];
  });
}

/** At a jukebox a paid pass begins with the work; a few packets can be lost. */
const LOST_AT_START = 10;

function passesBegunLate(evidence: Evidence): readonly string[] {
  return statementsOf(evidence).flatMap(({ statement }) => {
    const first = Math.min(...evidence.world.tap.paidIndexes(statement.sid));
    return packetsOf(statement.counts, 'paid') === 0 || first < LOST_AT_START ? [] : [`play ${statement.playId} begins at packet ${first}`];
  });
}

function windowsOverrun(evidence: Evidence): readonly string[] {
  return [...evidence.world.streamViews.values()].flatMap((view) => {
    const window = termsOf(evidence, view.sid)?.credit.creditWindowPackets ?? 0;
    const allowance = Math.ceil((limits.lossAllowancePerMille * view.packetsSent) / 1_000);
    return view.maxUnpaidPackets <= window + allowance ? [] : [`${view.maxUnpaidPackets} unpaid packets in session ${view.sid}, window ${window}`];
  });
}

function lostOrDoubledRecords({ box, headend }: Evidence): readonly string[] {
  const { written, acknowledgedThrough, quarantined } = box.outboxState;
  const told = (rows: BoxRows['outbox']): string => rows.map(({ sequence, bodyHash }) => `${sequence} ${bodyHash}`).join();
  const gapless = box.outbox.every(({ sequence }, at) => sequence === at + 1) && box.outbox.length === written;
  return [
    ...(gapless ? [] : [`${box.outbox.length} records in the outbox, ${written} written`]),
    ...(acknowledgedThrough === written ? [] : [`${acknowledgedThrough} of ${written} acknowledged`]),
    ...(quarantined === 0 ? [] : [`${quarantined} quarantined at the box`]),
    ...headend.quarantined.map((row) => `quarantined at the headend: ${row}`),
    ...(told(box.outbox) === told(headend.records) ? [] : [`the headend has ${headend.records.length} records, or others`]),
  ];
}
