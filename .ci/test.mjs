// npm test [-- FILES]: the checks, then every suite. Set-up (packages, programs) was done by the bootstrap before this runs.
//
// What is judged by the clock mostly waits, and leaves two thirds of two cores. The rules and then the power cuts (see test/vitest.config.ts)
// take them, in sessions of their own that give way to all others; their lines come at the end. Where somebody else uses the machine as
// well, too little would be left: there everything runs one after the other.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { giveWay } from '../src/platform/priority.ts';

/** Behind an ingest, which gives way itself. */
const NICENESS = 15;
const BESIDE = ['rules', 'cuts'];
const QUIET_MS = 5_000;
const QUIET_SHARE = 0.8;
const report = process.env.ACKBOX_TEST_REPORT;
const chosen = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'ackbox-test-'));
const running = new Set();

/** `ended` tells whether all was well. */
function start(args, options = {}) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
  const stop = () => process.kill(options.detached ? -child.pid : child.pid, 'SIGTERM');
  running.add(stop);
  const ended = new Promise((resolve) => {
    child.once('exit', (code) => {
      running.delete(stop);
      resolve(code === 0);
    });
  });
  return { pid: child.pid, ended };
}

function startSuites(name, args, options) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(scratch, `${name}.json`)}`];
  return start(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...reporters, ...args], options);
}

async function some() {
  const checked = await start(['.ci/check.mjs']).ended;
  return (await startSuites('some', chosen).ended) && checked;
}

async function everything() {
  const checked = await start(['.ci/check.mjs']).ended;
  const programs = await startSuites('programs', ['--project', 'programs']).ended;
  const rest = (await isQuiet()) ? await timedBesideOthers() : await oneByOne(['rules', 'timed', 'cuts']);
  return checked && programs && rest;
}

/** Whether nobody uses the machine while we do nothing. */
async function isQuiet() {
  const before = processorTimes();
  await setTimeout(QUIET_MS);
  const after = processorTimes();
  return after.idle - before.idle > QUIET_SHARE * (after.all - before.all);
}

function processorTimes() {
  const times = cpus().map((cpu) => cpu.times);
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all: times.flatMap((each) => Object.values(each)).reduce((sum, ms) => sum + ms, 0) };
}

async function timedBesideOthers() {
  const logs = BESIDE.map((name) => join(scratch, `${name}.log`));
  let [niceness, now] = [NICENESS, null];
  const beside = (async () => {
    let held = true;
    for (const [index, name] of BESIDE.entries()) {
      const out = openSync(logs[index], 'w');
      const suites = startSuites(name, ['--project', name], { detached: true, stdio: ['ignore', out, out] });
      closeSync(out);
      now = suites.pid;
      giveWay(now, niceness);
      held = (await suites.ended) && held;
    }
    return held;
  })();
  const timed = await startSuites('timed', ['--project', 'timed']).ended;
  niceness = 0;
  giveWay(now, niceness);
  const held = await beside;
  for (const log of logs) process.stdout.write(readFileSync(log));
  return timed && held;
}

async function oneByOne(names) {
  let held = true;
  for (const name of names) held = (await startSuites(name, ['--project', name]).ended) && held;
  return held;
}

/** What failed, said again after thousands of lines of what did not. */
function writeFailures(parts) {
  for (const { name, message, assertionResults } of parts.flatMap((part) => part.testResults)) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failed) process.stdout.write(`\nFAILED ${name}\n  ${fullName}\n${failureMessages.join('\n')}\n`);
    if (failed.length === 0 && message) process.stdout.write(`\nFAILED ${name}\n${message}\n`);
  }
}

/** One report of all runs, in the form of one. */
function writeReport(parts) {
  const whole = { ...parts[0], success: good, testResults: parts.flatMap((part) => part.testResults) };
  for (const key of Object.keys(whole).filter((name) => name.startsWith('num'))) whole[key] = parts.reduce((sum, part) => sum + part[key], 0);
  writeFileSync(report, JSON.stringify(whole));
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const stop of running) stop();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
}
const good = await (chosen.length > 0 ? some() : everything());
const parts = (chosen.length > 0 ? ['some'] : ['programs', 'timed', ...BESIDE])
  .map((name) => join(scratch, `${name}.json`))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')));
writeFailures(parts);
if (report) writeReport(parts);
rmSync(scratch, { recursive: true, force: true });
process.exit(good ? 0 : 1);
