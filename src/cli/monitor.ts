import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LiteralReplay } from './replay-literal.ts';
import { MonitorReplay } from './replay-monitor.ts';
import { EXIT, type Subcommand } from './subcommand.ts';
import { parseTrace } from './trace-format.ts';

const help = `Drives the credit monitor by a written trace and prints every decision: for audits, and for cases of your own.

usage: ackbox monitor replay TRACE.jsonl [--json]

  --json   one JSON object a line: {line, atMs, event, decisions, state}

A trace has one JSON object a line; blank lines and lines that begin with # say nothing. Times never go back.
The first line states the terms:
  {"terms": {"packets": 1000, "W": 50}}
    packets          packets of the work
    W, R, T          credit, receipt and transit window, packets (R: W + 250; T: unbounded)
    ePerMille        losses forgiven, per mille (15)
    policy           "rate" (default), or "literal": document 001 word by word, with ticks and single ACKs only
    packetMs, deadlineMs, ackIntervalMs, prebufferMs
    trial            {"mode": "restrict" | "large-window" | "deferred", "packets": 60, "confirmWithinMs": 30000}
    afterTrial       "restart" (default) or "continue"
    adaptation       {"minPackets", "maxPackets", "stepPackets", "afterPackets", "afterMs"}: W grows and is halved
Every other line is an event, {"atMs": 200, "event": NAME, ...}:
  tick         time passes; asks for as many first transmissions as "packets" says (1)
  ack          "base": everything below is resolved; "received": [sequences up to base + 63]; "ranges": [[first, count], ...];
               "paid": the device's own total; "counter" (the next one). With policy literal: "packet": N
  receipt      "paid": packets signed for, "base": resolved below; verified and durable
  confirm, decline, lower-trial ("packets"), pause, resume, seek ("to": packet of the work), round-trip ("ms")
  span         "from", "packets", "class" (trial, paid, free, regrant), "node"

Exit codes: 0 replayed, 1 the file cannot be read or a line is wrong (named by its number), 2 wrong usage.
`;

export const monitorCommand: Subcommand = {
  name: 'monitor',
  summary: 'replay a trace through the credit monitor',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
    const [action, path, ...more] = positionals;
    if (action !== 'replay' || path === undefined || more.length > 0) {
      io.err(help);
      return EXIT.usage;
    }
    const trace = parseTrace(readFileSync(path, 'utf8'));
    if (!trace.ok) {
      io.err(`ackbox: ${path}, ${trace.error.message}\n`);
      return EXIT.failed;
    }
    const { terms, events } = trace.value;
    const replay = terms.policy === 'literal' ? new LiteralReplay(terms) : new MonitorReplay(terms);
    for (const { line, event } of events) {
      const { decisions, state } = replay.take(event);
      if (values.json) io.out(`${JSON.stringify({ line, atMs: event.atMs, event: event.event, decisions, state })}\n`);
      else io.out(`${String(event.atMs).padStart(8)} ms  ${event.event.padEnd(11)} ${decisions.join('; ')}\n`);
      if (!values.json && line === events.at(-1)?.line) io.out(`in the end: ${JSON.stringify(state)}\n`);
    }
    return EXIT.ok;
  },
};
