// npm run bench:hardware: coin pulses through the real firmware and the pure decoder, a press to its intent, a redraw of the panel.
import { parseArgs } from 'node:util';
import { figure, machine, renderTable } from '../figures.ts';
import { countThroughButton } from './button-pulses.ts';
import { countThroughDecoder } from './decoder-pulses.ts';
import { countThroughFirmware } from './firmware-pulses.ts';
import { displayRedrawMs, panelLatency } from './panel-latency.ts';

const { values } = parseArgs({
  options: {
    firmware: { type: 'string', default: '10000' },
    decoder: { type: 'string', default: '1000000' },
    presses: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
});
const STALL_MS = 500;

function quantile(samples: readonly number[], share: number): number {
  return [...samples].sort((left, right) => left - right)[Math.ceil(samples.length * share) - 1] ?? Number.NaN;
}

// The latencies first: nothing else runs then.
const { pressMs, redrawMs } = await panelLatency(Number(values.presses));
const button = await countThroughButton(20, 12);
const decoder = countThroughDecoder(Number(values.decoder), STALL_MS);
const firmware = await countThroughFirmware(Number(values.firmware), STALL_MS);
const figures = [
  figure('press to intent, p50', 'ms', quantile(pressMs, 0.5)),
  figure('press to intent, p99', 'ms', quantile(pressMs, 0.99), 20),
  figure('panel redraw, p99', 'ms', quantile(redrawMs, 0.99), 50),
  figure('display redraw on the glass', 'ms', displayRedrawMs(), 50),
];
const pulses = { firmware, decoder, 'johnny-five Button, for the record': button };
const exact = [firmware, decoder].every(({ sent, counted, unexplained }) => sent === counted && unexplained === 0);
if (values.json) console.log(JSON.stringify({ machine: machine(), figures, pulses, exact }));
else {
  console.log(renderTable(figures));
  for (const [name, { sent, counted }] of Object.entries(pulses))
    console.log(`${name}: ${sent} pulses of 20/20 ms, host stalls of ${STALL_MS} ms: ${counted} counted`);
}
process.exit(exact && figures.every(({ verdict }) => verdict !== 'FAIL') ? 0 : 1);
