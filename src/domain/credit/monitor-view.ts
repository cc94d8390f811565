import type { ClassCount, Span } from './billing-class.ts';
import { acknowledgedPaidOf, hadAfterAll, type MonitorState, mergedCounts } from './monitor-state.ts';
import { currentLimits } from './send-window.ts';
import { awaitsConfirmation, hasLargeWindow, trialIsOver } from './trial.ts';

/** What WINDOW messages, the registry and the operator pages take from a monitor. Packets unless the name says otherwise. */
export interface MonitorView {
  readonly phase: 'trial' | 'stream' | 'suspended' | 'drained';
  readonly abandonedBelow: number;
  readonly nextSequence: number;
  /** End of the longest prefix of resolved slots: the ACK pointer of document 001. */
  readonly resolvedBase: number;
  /** S_mac, S_signed; cumulative over epochs. */
  readonly acknowledgedPaid: number;
  readonly receiptedPaid: number;
  /** The device's own word for what it owes: in its ACKs of this epoch, or by signature. */
  readonly devicePaid: number;
  /** Given up and told so. */
  readonly lostPaid: number;
  readonly sentPaid: number;
  /** W as it stands: adapted, or the large one of a trial. */
  readonly creditWindowPackets: number;
  /** Sent as paid and not acknowledged, lost ones included: at most W + allowance. */
  readonly unpaidInFlight: number;
  readonly maxUnpaid: number;
  /** Given away, not forgiven as lost, and not signed for: what an account owes if nothing more comes. An ACK alone proves nothing to others. */
  readonly unsignedPackets: number;
  /** Losses that are forgiven (A). */
  readonly allowance: number;
  /** The next paid packet goes iff its ordinal is below this. */
  readonly sendLimit: number;
  /** Nothing goes: starved of credit for longer than the prebuffer (A9), challenges not answered, or a trial that was not confirmed. */
  readonly suspended: boolean;
  /** The newest, oldest first. */
  readonly spans: readonly Span[];
  readonly trialSent: number;
  readonly confirmed: boolean;
  /** First transmissions of all classes, over all epochs. */
  readonly sentTotal: number;
  readonly retransmitted: number;
  readonly challengeAnswered: number;
  /** Well-tagged ACKs with impossible content. */
  readonly abusiveAcks: number;
  readonly counts: readonly ClassCount[];
}

/** Reads a monitor; changes nothing. */
export function windowView(state: MonitorState): MonitorView {
  const window = currentLimits(state);
  const acknowledgedPaid = acknowledgedPaidOf(state);
  return {
    phase: phaseOf(state),
    abandonedBelow: state.abandonedBelow,
    nextSequence: state.nextSequence,
    resolvedBase: state.resolvedBase,
    acknowledgedPaid,
    receiptedPaid: state.signedPaid,
    devicePaid: Math.max(state.claimedPaid, state.signedPaid),
    // A receipt can overtake the ACK that names what it counts: what it covers is not lost, although nobody can say yet which it is.
    lostPaid: Math.min(state.abandonedPaid - hadAfterAll(state), Math.max(0, state.sentPaid - acknowledgedPaid)),
    sentPaid: state.sentPaid,
    creditWindowPackets: hasLargeWindow(state) ? state.trialPackets : state.windowPackets,
    unpaidInFlight: state.sentPaid - acknowledgedPaid,
    maxUnpaid: state.maxUnpaid,
    unsignedPackets: Math.max(0, state.sentPaid + state.windowPackets - window.credit + acknowledgedPaid - state.signedPaid),
    allowance: window.allowance,
    sendLimit: Math.min(window.credit, window.receipt),
    suspended: isSuspended(state),
    spans: state.spans,
    trialSent: state.trialSent,
    confirmed: state.confirmed,
    sentTotal: state.nextSequence,
    retransmitted: state.retransmitted,
    challengeAnswered: state.challenges.answered,
    abusiveAcks: state.abusiveAcks,
    counts: mergedCounts(state),
  };
}

function isSuspended(state: MonitorState): boolean {
  return state.starved || state.challenges.suspended || state.trialEnded !== null;
}

/** `drained`: the span is sent, and nothing of it is waited for any more. */
function phaseOf(state: MonitorState): MonitorView['phase'] {
  if (isSuspended(state)) return 'suspended';
  const allSent = state.span !== null && state.spanSent >= state.span.packets;
  if (allSent && !trialIsOver(state) && (state.resolvedBase === state.nextSequence || state.lingering)) return 'drained';
  const inTrial = state.span?.billingClass === 'trial' || awaitsConfirmation(state);
  return inTrial ? 'trial' : 'stream';
}
