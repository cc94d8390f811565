import * as credit from '../domain/credit/credit-monitor.ts';
import { defaultCreditTerms } from '../domain/credit/negotiate-credit.ts';
import { planSpans, type SpanPlan } from '../domain/credit/paid-ranges.ts';
import type { CreditTerms } from '../domain/credit/terms.ts';
import { asId } from '../units/ids.ts';
import type { TraceEvent, TraceTerms } from './trace-format.ts';

/** What one line of a trace led to, in words; and how the monitor stands then. */
export interface Decision {
  readonly decisions: readonly string[];
  readonly state: Readonly<Record<string, unknown>>;
}

/** Drives the credit monitor (policy `rate`) by the lines of a trace: what the sender runs, without a sender. */
export class MonitorReplay {
  readonly #terms: TraceTerms;
  readonly #monitor: credit.MonitorState;
  #plan: readonly SpanPlan[];
  #counter = 0;

  constructor(terms: TraceTerms) {
    this.#terms = terms;
    this.#monitor = credit.createMonitor(creditTermsOf(terms), terms.trial ?? null);
    const { trial, packets } = terms;
    this.#plan = [{ packetIndex: 0, packets: Math.min(trial?.packets ?? packets, packets), billingClass: trial === undefined ? 'paid' : 'trial', node: 0 }];
  }

  take(event: TraceEvent): Decision {
    return { decisions: this.#decide(event), state: this.#state() };
  }

  #decide(event: TraceEvent): readonly string[] {
    const monitor = this.#monitor;
    switch (event.event) {
      case 'tick':
        return this.#tick(event.atMs, event.packets ?? 1);
      case 'ack':
        return [this.#acknowledge(event)];
      case 'receipt':
        return [this.#receipt(event.paid, event.base)];
      case 'confirm':
        return [this.#confirm()];
      case 'decline':
        credit.decline(monitor);
        return [monitor.trialEnded === null ? 'declined too late: it was confirmed' : 'declined: nothing is sent any more'];
      case 'lower-trial':
        credit.lowerTrial(monitor, event.packets);
        return [`the trial ends after ${monitor.trialPackets} packets`];
      case 'pause':
        credit.pause(monitor, event.atMs);
        return ['paused: deadlines stand still'];
      case 'resume':
        credit.resume(monitor, event.atMs);
        return ['deadlines run on'];
      case 'seek':
        return [this.#seek(event.to)];
      case 'span':
        this.#plan = [{ packetIndex: event.from, packets: event.packets, billingClass: event.class, node: event.node ?? 0 }];
        return [`next: ${inWords(this.#plan)}`];
      case 'round-trip':
        credit.noteRoundTrip(monitor, event.ms);
        return [`round trip ${Math.round(monitor.roundTripMs)} ms`];
    }
  }

  #tick(atMs: number, packets: number): readonly string[] {
    const decisions: string[] = [];
    credit.expire(this.#monitor, atMs);
    for (let count = 0; count < packets; count += 1) {
      const [next, ...rest] = this.#plan;
      if (this.#spanIsSent() && next !== undefined) {
        credit.openSpan(this.#monitor, next);
        this.#plan = rest;
      }
      const decision = credit.nextSend(this.#monitor, atMs);
      if (!decision.send) {
        decisions.push(`held back: ${decision.why}`);
        break;
      }
      decisions.push(`send ${decision.sequence} (packet ${decision.packetIndex}, ${decision.billingClass})`);
    }
    return [...decisions, ...credit.dueRetransmissions(this.#monitor, atMs).map((sequence) => `send ${sequence} again`)];
  }

  #spanIsSent(): boolean {
    return this.#monitor.span === null || this.#monitor.spanSent >= this.#monitor.span.packets;
  }

  #acknowledge(event: Extract<TraceEvent, { readonly event: 'ack' }>): string {
    const base = event.base ?? 0;
    const above = event.received ?? [];
    const outside = above.find((sequence) => sequence < base || sequence > base + 63);
    if (outside !== undefined) return `not sent: ${outside} does not fit the 64 bits from ${base} on; use ranges`;
    const bitmap = above.reduce((bits, sequence) => bits | (1n << BigInt(sequence - base)), 0n);
    const counter = event.counter ?? this.#counter + 1;
    this.#counter = Math.max(this.#counter, counter);
    const ack = { type: 'ack', epoch: 0, counter, base, bitmap, ranges: event.ranges ?? [], paidPackets: event.paid ?? 0, challenge: null } as const;
    const outcome = credit.acknowledge(this.#monitor, ack, event.atMs);
    if (!outcome.accepted) return `refused: ${outcome.fault}${outcome.fault === 'unsent' ? ' (abuse)' : ''}`;
    const news = Object.entries(outcome.newly).filter(([, packets]) => packets > 0);
    return news.length === 0 ? 'nothing new' : news.map(([name, packets]) => `${packets} ${name} newly acknowledged`).join(', ');
  }

  #receipt(paid: number, base: number): string {
    const before = this.#monitor.signedPaid;
    const counts = [{ node: 0, billingClass: 'paid', packets: paid }] as const;
    const empty = new Uint8Array(16);
    const sid = asId<never>('00'.repeat(16));
    credit.receiptDurable(this.#monitor, { sid, epoch: 0, ackCounter: this.#counter, base, counts, termsHash: empty, confirmEventId: empty, wallMs: 0 });
    const covered = this.#monitor.signedPaid - before;
    return covered === 0 ? 'covers nothing new' : `${covered} more packets are signed for`;
  }

  #confirm(): string {
    const outcome = credit.confirm(this.#monitor);
    if (outcome !== 'confirmed') return `the confirmation has no effect: ${outcome}`;
    const from = this.#terms.afterTrial === 'continue' ? this.#monitor.trialSent : 0;
    credit.openSpan(this.#monitor, { packetIndex: from, packets: this.#terms.packets - from, billingClass: 'paid', node: 0 });
    this.#plan = [];
    return `confirmed: paid from packet ${from} on`;
  }

  #seek(to: number): string {
    const waits = this.#monitor.trial !== null && !this.#monitor.confirmed;
    const rules = { node: 0, fresh: waits ? 'trial' : 'paid' } as const;
    const end = waits ? (this.#monitor.trial?.packets ?? 0) : this.#terms.packets;
    const [first, ...rest] = planSpans(credit.coveredIndexes(this.#monitor), to, end, rules);
    if (first === undefined) return 'nothing lies there';
    credit.openSpan(this.#monitor, first);
    this.#plan = rest;
    return `next: ${inWords([first, ...rest])}`;
  }

  #state(): Readonly<Record<string, unknown>> {
    const view = credit.windowView(this.#monitor);
    const { phase, acknowledgedPaid, receiptedPaid, lostPaid, sentPaid, unpaidInFlight, allowance, sendLimit, creditWindowPackets } = view;
    const { resolvedBase, abandonedBelow, nextSequence, trialSent, counts } = view;
    const pointers = { resolvedBase, abandonedBelow, nextSequence };
    return {
      phase,
      acknowledgedPaid,
      receiptedPaid,
      lostPaid,
      sentPaid,
      unpaidInFlight,
      allowance,
      sendLimit,
      creditWindowPackets,
      ...pointers,
      trialSent,
      counts,
    };
  }
}

function creditTermsOf(terms: TraceTerms): CreditTerms {
  const ours = defaultCreditTerms(terms.packetMs);
  return {
    ...ours,
    creditWindowPackets: terms.W,
    receiptWindowPackets: terms.R ?? terms.W + ours.receiptWindowPackets,
    lossAllowancePerMille: terms.ePerMille ?? ours.lossAllowancePerMille,
    retransmitDeadlineMs: terms.deadlineMs ?? ours.retransmitDeadlineMs,
    ackIntervalMs: terms.ackIntervalMs ?? ours.ackIntervalMs,
    prebufferMs: terms.prebufferMs ?? ours.prebufferMs,
    ...(terms.T === undefined ? {} : { transitWindowPackets: terms.T }),
    ...(terms.adaptation === undefined ? {} : { adaptation: terms.adaptation }),
  };
}

function inWords(spans: readonly SpanPlan[]): string {
  return spans.map(({ packetIndex, packets, billingClass }) => `packets ${packetIndex} to ${packetIndex + packets - 1} ${billingClass}`).join(', ');
}
