import { createLiteralMonitor, type LiteralMonitor, literalAck, literalCredit, literalPayment, literalTick } from '../domain/credit/literal-monitor.ts';
import { defaultCreditTerms } from '../domain/credit/negotiate-credit.ts';
import { limits } from '../limits.ts';
import type { Decision } from './replay-monitor.ts';
import type { TraceEvent, TraceTerms } from './trace-format.ts';

/** Drives the monitor of document 001 word by word (policy `literal`): it knows ticks and ACKs of one packet each. */
export class LiteralReplay {
  readonly #monitor: LiteralMonitor;

  constructor({ packets, W, T, ePerMille, packetMs, deadlineMs }: TraceTerms) {
    const ours = defaultCreditTerms();
    this.#monitor = createLiteralMonitor({
      packets,
      creditWindowPackets: W,
      transitWindowPackets: T ?? packets,
      lossAllowancePerMille: ePerMille ?? ours.lossAllowancePerMille,
      packetMs: packetMs ?? limits.packetMs,
      retransmitDeadlineMs: deadlineMs ?? ours.retransmitDeadlineMs,
    });
  }

  take(event: TraceEvent): Decision {
    return { decisions: this.#decide(event), state: this.#state() };
  }

  #decide(event: TraceEvent): readonly string[] {
    if (event.event === 'tick') {
      const sent = literalTick(this.#monitor, event.atMs);
      const words = sent.map((packet) => `send ${packet}`);
      if (this.#monitor.disrupted) words.push('a packet missed its deadline before it was sent: the transmission is disrupted');
      return words.length === 0 ? ['nothing is sent'] : words;
    }
    if (event.event !== 'ack') return ['document 001 has no such event: ignored'];
    if (event.packet === undefined) return ['ignored: an ACK of document 001 names one packet, {"event": "ack", "packet": N}'];
    const before = literalCredit(this.#monitor);
    const again = literalAck(this.#monitor, event.packet, event.atMs).map((packet) => `send ${packet} again`);
    return [`credit pointer +${literalCredit(this.#monitor) - before}`, ...again];
  }

  #state(): Readonly<Record<string, unknown>> {
    const { ackPointer, sentPointer, disrupted } = this.#monitor;
    return { ackPointer, sentPointer, creditPointer: literalCredit(this.#monitor), successful: literalPayment(this.#monitor), disrupted };
  }
}
