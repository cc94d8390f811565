import { scriptOptions } from '../../script-options.ts';
import { figure, machine, renderTable } from '../figures.ts';
import { countThroughButton } from './button-pulses.ts';
import { countThroughDecoder } from './decoder-pulses.ts';
import { countThroughFirmware } from './firmware-pulses.ts';
import { displayRedrawMs, panelLatency } from './panel-latency.ts';

const HELP = `Coin pulses through the real firmware and the pure decoder, a press to its intent, a redraw of the panel; johnny-five's Button beside it.

usage: npm run bench:hardware -- [--firmware N] [--decoder N] [--presses N] [--json]

  --firmware N  coin pulses through the firmware in a simulated AVR (default 10000)
  --decoder N   through the pure decoder (default 1000000)
  --presses N   of a button of the simulated board (default 500)
  --json        one JSON object

Exit codes: 0 every budget is kept, 1 one is not, 2 wrong usage.
`;
const values = scriptOptions(HELP, { firmware: 10_000, decoder: 1_000_000, presses: 500, json: false });
const STALL_MS = 500;

function quantile(samples: readonly number[], share: number): number {
  return [...samples].sort((left, right) => left - right)[Math.ceil(samples.length * share) - 1] ?? Number.NaN;
}

// The latencies first: nothing else runs then.
const { pressMs, redrawMs } = await panelLatency(values.presses);
const button = await countThroughButton(20, 12);
const decoder = countThroughDecoder(values.decoder, STALL_MS);
const firmware = await countThroughFirmware(values.firmware, STALL_MS);
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
