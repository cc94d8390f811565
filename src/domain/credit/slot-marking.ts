import { noteUnansweredClaim } from './challenge-book.ts';
import { isPaidCell } from './class-cells.ts';
import { answerMs, expiryMs, type MonitorState } from './monitor-state.ts';
import { MARK, SLOT } from './packet-ring.ts';

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
  const slot = sequence & ring.mask;
  const status = ring.status[slot];
  if (status !== SLOT.outstanding && status !== SLOT.unsuccessful) return;
  const marks = ring.marks[slot] ?? 0;
  if (marks !== 0 && (marks & MARK.answered) === 0) {
    if ((marks & MARK.claimed) === 0 && isPaidCell(ring.cell[slot] ?? 0)) state.claimedOpenPaid += 1;
    ring.marks[slot] = marks | MARK.claimed;
    noteUnansweredClaim(state.challenges, { atMs, nextSequence: state.nextSequence });
    return;
  }
  const cell = ring.cell[slot] ?? 0;
  if (status === SLOT.unsuccessful && isPaidCell(cell)) state.unsuccessfulPaid -= 1;
  if (status === SLOT.outstanding && sequence < state.highestAcknowledged) state.holes -= 1;
  ring.status[slot] = SLOT.successful;
  state.marked[cell] = (state.marked[cell] ?? 0) + 1;
  tallyCell(tally, cell);
  if (isPaidCell(cell)) notePaid(state, ring.packetIndex[slot] ?? 0, tally);
  if (sequence > state.highestAcknowledged) raiseHighest(state, sequence);
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
    if (state.ring.status[between & state.ring.mask] === SLOT.outstanding) state.holes += 1;
  }
  state.highestAcknowledged = sequence;
}

/** Moves the ACK pointer to the end of the longest prefix of resolved slots (A3, A4). */
export function advanceResolvedBase(state: MonitorState): void {
  const { ring } = state;
  while (state.resolvedBase < state.nextSequence && (ring.status[state.resolvedBase & ring.mask] ?? 0) >= SLOT.successful) state.resolvedBase += 1;
}

/** Marks missing slots below the highest acknowledged one Unsuccessful when their deadline has passed (P12, A8; ruling 15). */
export function expireSlots(state: MonitorState, atMs: number): void {
  const { ring } = state;
  const sentBefore = atMs - expiryMs(state);
  for (; state.expiryCursor < state.highestAcknowledged; state.expiryCursor += 1) {
    const slot = state.expiryCursor & ring.mask;
    if (ring.status[slot] !== SLOT.outstanding) continue;
    if ((ring.firstSentMs[slot] ?? 0) > sentBefore) return;
    ring.status[slot] = SLOT.unsuccessful;
    state.holes -= 1;
    if (isPaidCell(ring.cell[slot] ?? 0)) state.unsuccessfulPaid += 1;
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
    const slot = state.abandonedBelow & ring.mask;
    const lost = ring.status[slot] === SLOT.unsuccessful;
    if (lost && (ring.firstSentMs[slot] ?? 0) > sentBefore) return;
    ring.lostBefore[slot] = state.abandonedPaid;
    if (!lost) continue;
    ring.status[slot] = SLOT.abandoned;
    if (!isPaidCell(ring.cell[slot] ?? 0)) continue;
    state.abandonedPaid += 1;
    if (ring.marks[slot] !== (MARK.challenged | MARK.claimed)) continue;
    state.unprovenPaid += 1;
    state.claimedOpenPaid -= 1;
  }
}
