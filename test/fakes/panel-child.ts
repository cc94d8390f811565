import { createInterface } from 'node:readline';
import { SerialPort } from 'serialport';
import { PanelBoard } from './panel-board.ts';

/**
 * The panel board as a process of its own: our firmware in the simulator, in real time, on the serial line named by the first argument.
 * Standard input: `drive PIN 0|1`, `pulse PIN COUNT DOWN_MS UP_MS` `driven PIN`. Standard output: `ready`, `done`, `driven PIN 0|1|-`.
 */
const path = process.argv[2] ?? '';
const port = new SerialPort({ path, baudRate: 57_600 });
const board = new PanelBoard();
const sent: number[] = [];
/** What will happen to the pins, one after the other, as time passes. */
const plan: { readonly pin: number; readonly high: boolean; leftMs: number }[] = [];
let now = performance.now();

board.onByte = (byte) => sent.push(byte);
port.on('data', (bytes: Buffer) => board.send([...bytes]));
port.on('open', () => console.log('ready'));

setInterval(() => {
  const passed = Math.min(performance.now() - now, 50);
  now = performance.now();
  let leftMs = passed;
  for (let step = plan[0]; step !== undefined && leftMs > 0; step = plan[0]) {
    const stepMs = Math.min(step.leftMs, leftMs);
    board.drive(step.pin, step.high);
    board.run(stepMs);
    leftMs -= stepMs;
    step.leftMs -= stepMs;
    if (step.leftMs > 0) break;
    plan.shift();
    if (plan.length === 0) console.log('done');
  }
  board.run(leftMs);
  if (sent.length > 0) port.write(Buffer.from(sent.splice(0)));
}, 2);

createInterface({ input: process.stdin }).on('line', (line) => {
  const [verb, ...rest] = line.split(' ');
  const [pin = 0, count = 0, downMs = 0, upMs = 0] = rest.map(Number);
  if (verb === 'drive') board.drive(pin, count === 1);
  if (verb === 'pulse') for (let i = 0; i < count; i++) plan.push({ pin, high: false, leftMs: downMs }, { pin, high: true, leftMs: upMs });
  if (verb === 'driven') console.log(`driven ${pin} ${{ true: 1, false: 0, null: '-' }[String(board.driven(pin))]}`);
});
process.stdin.on('end', () => process.exit(0));
