import type { AccountCredit } from '../../../src/domain/credit/account-credit.ts';
import { type ClassCount, packetsOf } from '../../../src/domain/credit/billing-class.ts';
import type { Schedule } from './schedule.ts';
import type { Tape } from './tape.ts';

/** How a schedule ended, as read from the two disks. */
export interface Ending {
  readonly settled: boolean;
  readonly refusal: string;
  readonly statement: { readonly counts: readonly ClassCount[]; readonly lostPackets: number; readonly chargedMinor: bigint } | null;
  /** The headend's row at the end. */
  readonly macCounts: readonly ClassCount[];
  readonly signedCounts: readonly ClassCount[];
  readonly bill: { readonly paidPackets: number; readonly lostPackets: number; readonly chargedMinor: bigint } | null;
  /** What the ledger of the headend posted for this play. */
  readonly postedMinor: bigint;
  /** The account's credit at the end. */
  readonly credit: AccountCredit;
}

export interface Verdict {
  /** Packets owed that were not delivered in a paid slot, or more than once. */
  readonly doubleCounts: number;
  /** Packets that were under a durable signature and are in no bill. */
  readonly lostSignedUnits: number;
  readonly totalsDiffer: number;
  /** Given away beyond W or R. */
  readonly overWindow: number;
  /** Never came to an end although the network became calm. */
  readonly unfinished: number;
  readonly words: readonly string[];
}

/**
 * Judges one schedule by the tape and the two disks. Shares no rule with what it judges.
 * Bounds: a restart forgets what was in flight, one window each time (monitor-state.ts, CarriedCounts.sentPaid).
 */
export function judge(schedule: Schedule, tape: Tape, ending: Ending): Verdict {
  const words = [...tape.problems];
  const say = (count: number, what: string): number => {
    if (count > 0) words.push(what);
    return count;
  };
  const paid = packetsOf(ending.statement?.counts ?? [], 'paid');
  const billed = ending.bill?.paidPackets ?? 0;
  const delivered = tape.paidIndexesDelivered.size;
  const doubled = say(Math.max(0, billed - delivered, paid - delivered), `${Math.max(billed, paid)} packets are owed, ${delivered} came in paid slots`);
  const promised = Math.max(tape.shownSigned, tape.storedSigned);
  const lost = say(Math.max(0, promised - billed), `${promised} packets were signed for, ${billed} are billed`);
  const forgotten = say(Math.max(0, tape.shownSigned - packetsOf(ending.signedCounts, 'paid')), 'a receipt that was shown as durable is gone');
  return {
    doubleCounts: doubled + tape.problems.length,
    lostSignedUnits: lost + forgotten,
    totalsDiffer: differences(ending, tape, say),
    overWindow: beyondWindows(schedule, tape, say) + beyondAccount(schedule, tape, ending, say),
    unfinished: say(ending.settled ? 0 : 1, `not settled: ${ending.refusal || 'no statement'}`),
    words,
  };
}

function differences({ statement, bill, macCounts, postedMinor, refusal }: Ending, tape: Tape, say: (count: number, what: string) => number): number {
  if (statement === null || bill === null) return say(refusal === '' ? 0 : 1, `refused: ${refusal}`);
  const paid = packetsOf(statement.counts, 'paid');
  const counted = packetsOf(macCounts, 'paid');
  return (
    say(bill.chargedMinor === statement.chargedMinor ? 0 : 1, `box ${statement.chargedMinor}, headend ${bill.chargedMinor} minor units`) +
    say(postedMinor === bill.chargedMinor ? 0 : 1, `the ledger has ${postedMinor}, the bill ${bill.chargedMinor}`) +
    say(bill.paidPackets === paid ? 0 : 1, `box ${paid}, headend ${bill.paidPackets} paid packets`) +
    // Who was killed forgot what no receipt covered: then the headend may have counted more, never less; the statement is billed.
    say(counted > paid && tape.headendKills + tape.deviceKills === 0 ? 1 : 0, `the headend counted ${counted} paid packets, the box owes ${paid}`) +
    say(paid + statement.lostPackets > tape.paidSlotsSent.size ? 1 : 0, `${paid} paid and ${statement.lostPackets} lost of ${tape.paidSlotsSent.size} sent`)
  );
}

/**
 * What an account was lent without paying is within its cap, whatever died. A restart of the headend forgets what was in flight; what is
 * forgiven in the month counts apart. What stays is within the cap, and of each epoch what was acknowledged and never signed for.
 */
function beyondAccount({ credit, accountPackets }: Schedule, tape: Tape, ending: Ending, say: (count: number, what: string) => number): number {
  const { leasedPackets, leftoverPackets, writtenOffPackets } = ending.credit;
  const forgiven = Math.ceil((credit.lossAllowancePerMille * tape.paidSlotsSent.size) / 1_000);
  const most = accountPackets + writtenOffPackets + forgiven + tape.headendKills * Math.min(credit.creditWindowPackets, accountPackets);
  const unsigned = (1 + tape.resumes) * credit.receiptWindowPackets;
  return (
    say(Math.max(0, tape.maxUnspoken - most), `${tape.maxUnspoken} packets unacknowledged, the account is good for ${accountPackets}`) +
    say(ending.settled ? leasedPackets : 0, `${leasedPackets} packets are lent although the play is settled`) +
    say(Math.max(0, leftoverPackets - accountPackets - unsigned), `${leftoverPackets} packets are left over, the account is good for ${accountPackets}`)
  );
}

function beyondWindows({ credit, trial }: Schedule, tape: Tape, say: (count: number, what: string) => number): number {
  const lives = 1 + tape.headendKills + tape.deviceKills;
  const forgiven = Math.ceil((credit.lossAllowancePerMille * tape.paidSlotsSent.size) / 1_000);
  const beyondW = Math.max(0, tape.maxUnspoken - lives * (credit.creditWindowPackets + forgiven));
  const beyondR = Math.max(0, tape.maxUnsigned - lives * (credit.receiptWindowPackets + forgiven));
  const beyondTrial = Math.max(0, tape.trialSent - lives * (trial?.packets ?? 0));
  const unconfirmed = trial === null ? 0 : [...tape.sent.values()].filter((slot) => slot.billingClass === 'paid' && !slot.confirmed).length;
  return (
    say(beyondW, `${tape.maxUnspoken} packets unacknowledged, W is ${credit.creditWindowPackets}, ${lives} lives`) +
    say(beyondR, `${tape.maxUnsigned} packets without a receipt, R is ${credit.receiptWindowPackets}`) +
    say(beyondTrial, `${tape.trialSent} trial packets, ${trial?.packets ?? 0} granted`) +
    say(unconfirmed, `${unconfirmed} paid packets before a durable confirmation`)
  );
}
