import { noteUnansweredClaim } from './challenge-book.ts';
import { isPaidCell } from './class-cells.ts';
import { answerMs, expiryMs, type MonitorState } from './monitor-state.ts';
import { cellAt, firstSentMs, MARK, marksOf, packetIndexAt, SLOT, setLostBefore, setMarks, setStatus, statusOf } from './packet-ring.ts';

/** What one ACK newly acknowledged: packets by cell, and the packet indexes of the paid ones, as [first, packets]. */
export interface AckTally {
  readonly cells: { readonly cell: number; packets: number }[];
  readonly paidIndexes: [number, number][];
}

/**
 * Marks a slot that the device says it received (document 001, P11-P13): once, whatever is repeated (A5, A14). A slot with an
 * open challenge is only claimed until its response comes (ruling 24); an abandoned one stays lost.
 */
export function markReceived(state: MonitorState, sequence: number, atMs: number, tally: AckTally): void {
  const { ring } = state;
  const status = statusOf(ring, sequence);
  if (status !== SLOT.outstanding && status !== SLOT.unsuccessful) return;
  const marks = marksOf(ring, sequence);
  if (marks !== 0 && (marks & MARK.answered) === 0) {
    if ((marks & MARK.claimed) === 0) noteClaimed(state, sequence, status);
    noteUnansweredClaim(state.challenges, { atMs, nextSequence: state.nextSequence });
    return;
  }
  const cell = cellAt(ring, sequence);
  if (status === SLOT.unsuccessful && isPaidCell(cell)) state.unsuccessfulPaid -= 1;
  if (status === SLOT.outstanding && sequence < state.highestAcknowledged && (marks & MARK.claimed) === 0) state.holes -= 1;
  setStatus(ring, sequence, SLOT.successful);
  state.marked[cell] = (state.marked[cell] ?? 0) + 1;
  tallyCell(tally, cell);
  if (isPaidCell(cell)) notePaid(state, packetIndexAt(ring, sequence), tally);
  if (sequence > state.highestAcknowledged) raiseHighest(state, sequence);
}

/** The device says that it has a challenged packet: sent again it would bring nothing. */
function noteClaimed(state: MonitorState, sequence: number, status: number): void {
  setMarks(state.ring, sequence, marksOf(state.ring, sequence) | MARK.claimed);
  if (isPaidCell(cellAt(state.ring, sequence))) state.claimedOpenPaid += 1;
  if (status === SLOT.outstanding && sequence < state.highestAcknowledged) state.holes -= 1;
}

/** Sent, and nobody says that it came. */
export function isMissing({ ring }: MonitorState, sequence: number): boolean {
  return statusOf(ring, sequence) === SLOT.outstanding && (marksOf(ring, sequence) & MARK.claimed) === 0;
}

function tallyCell(tally: AckTally, cell: number): void {
  for (const entry of tally.cells) {
    if (entry.cell !== cell) continue;
    entry.packets += 1;
    return;
  }
  tally.cells.push({ cell, packets: 1 });
}

function notePaid(state: MonitorState, packetIndex: number, tally: AckTally): void {
  state.markedPaid += 1;
  const last = tally.paidIndexes.at(-1);
  if (last !== undefined && last[0] + last[1] === packetIndex) last[1] += 1;
  else tally.paidIndexes.push([packetIndex, 1]);
}

function raiseHighest(state: MonitorState, sequence: number): void {
  for (let between = state.highestAcknowledged + 1; between < sequence; between += 1) {
    if (isMissing(state, between)) state.holes += 1;
  }
  state.highestAcknowledged = sequence;
}

/** Moves the ACK pointer to the end of the longest prefix of resolved slots (A3, A4). */
export function advanceResolvedBase(state: MonitorState): void {
  const { ring } = state;
  while (state.resolvedBase < state.nextSequence && statusOf(ring, state.resolvedBase) >= SLOT.successful) state.resolvedBase += 1;
}

/** Marks missing slots below the highest acknowledged one Unsuccessful when their deadline has passed (P12, A8; ruling 15). */
export function expireSlots(state: MonitorState, atMs: number): void {
  const { ring } = state;
  const sentBefore = atMs - expiryMs(state);
  for (; state.expiryCursor < state.highestAcknowledged; state.expiryCursor += 1) {
    const sequence = state.expiryCursor;
    if (statusOf(ring, sequence) !== SLOT.outstanding) continue;
    if (firstSentMs(ring, sequence) > sentBefore) return;
    if (isMissing(state, sequence)) state.holes -= 1;
    setStatus(ring, sequence, SLOT.unsuccessful);
    if (isPaidCell(cellAt(ring, sequence))) state.unsuccessfulPaid += 1;
  }
}

/**
 * Makes Unsuccessful final, in order, once a late ACK can hardly come any more: `abandonedBelow` is what WINDOW tells the device,
 * and from then on both sides count the missing packets below it as lost.
 */
export function abandonSlots(state: MonitorState, atMs: number): void {
  const { ring } = state;
  const sentBefore = atMs - expiryMs(state) - answerMs(state);
  for (; state.abandonedBelow < state.resolvedBase; state.abandonedBelow += 1) {
    const sequence = state.abandonedBelow;
    const lost = statusOf(ring, sequence) === SLOT.unsuccessful;
    if (lost && firstSentMs(ring, sequence) > sentBefore) return;
    setLostBefore(ring, sequence, state.abandonedPaid);
    if (!lost) continue;
    setStatus(ring, sequence, SLOT.abandoned);
    if (!isPaidCell(cellAt(ring, sequence))) continue;
    state.abandonedPaid += 1;
    if (marksOf(ring, sequence) !== (MARK.challenged | MARK.claimed)) continue;
    state.unprovenPaid += 1;
    state.claimedOpenPaid -= 1;
  }
}
