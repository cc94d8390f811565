// npm test [-- FILES]: the checks, then every suite. Set-up (packages, programs) was done by the bootstrap before this runs.
//
// What is judged by the clock mostly waits, and leaves two thirds of two cores. The rules and then the power cuts (see test/vitest.config.ts)
// take them, in sessions of their own that give way to all others; their lines come at the end. Where somebody else uses the machine as
// well, too little would be left: there everything runs one after the other.
//
// Such a machine may stall a real program once, hardly twice: a file of those two groups that failed is run once more at the end, with the
// machine for itself and from its very beginning, as its tests tell one story in one house. Which, and why, is said.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { giveWay } from '../src/platform/priority.ts';

/** Behind an ingest, which gives way itself. */
const NICENESS = 15;
const BESIDE = ['rules', 'cuts'];
const REAL = ['programs', 'timed'];
const AGAIN = 'again';
/** So many at once are no stall. */
const MANY = 5;
const QUIET_MS = 5_000;
const QUIET_SHARE = 0.8;
const report = process.env.ACKBOX_TEST_REPORT;
const chosen = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'ackbox-test-'));
const running = new Set();
/** Whether each group went through. */
const held = new Map();

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
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`];
  const { pid, ended } = start(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...reporters, ...args], options);
  return { pid, ended: ended.then((good) => void held.set(name, good)) };
}

async function some() {
  const checked = await start(['.ci/check.mjs']).ended;
  await startSuites('some', chosen).ended;
  return checked && held.get('some');
}

async function everything() {
  const checked = await start(['.ci/check.mjs']).ended;
  await startSuites('programs', ['--project', 'programs']).ended;
  if (await isQuiet()) await timedBesideOthers();
  else await oneByOne(['rules', 'timed', 'cuts']);
  const real = await heldAtLast(REAL.filter((name) => !held.get(name)));
  return checked && real && BESIDE.every((name) => held.get(name));
}

async function heldAtLast(groups) {
  if (groups.length === 0) return true;
  const failed = groups.map((name) => partsOf([name]).flatMap(failedFiles));
  const files = failed.flat().map((file) => relative('.', file));
  // Where no test says what was wrong, a second try would not either.
  if (failed.some((those) => those.length === 0) || files.length > MANY) return false;
  writeFailures(partsOf(groups));
  process.stdout.write(`\nTried again, from the beginning: ${files.join(', ')}\n`);
  await startSuites(AGAIN, [...REAL.flatMap((name) => ['--project', name]), ...files]).ended;
  return held.get(AGAIN);
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
    for (const [index, name] of BESIDE.entries()) {
      const out = openSync(logs[index], 'w');
      const suites = startSuites(name, ['--project', name], { detached: true, stdio: ['ignore', out, out] });
      closeSync(out);
      now = suites.pid;
      giveWay(now, niceness);
      await suites.ended;
    }
  })();
  await startSuites('timed', ['--project', 'timed']).ended;
  niceness = 0;
  giveWay(now, niceness);
  await beside;
  for (const log of logs) process.stdout.write(readFileSync(log));
}

async function oneByOne(names) {
  for (const name of names) await startSuites(name, ['--project', name]).ended;
}

const reportOf = (name) => join(scratch, `${name}.json`);

/** What each group reported; one that could not even begin has nothing to say. */
function partsOf(names) {
  return names
    .map(reportOf)
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
}

const failedFiles = (part) => part.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);

/** What failed, said again after thousands of lines of what did not. */
function writeFailures(parts) {
  for (const { name, message, assertionResults } of parts.flatMap((part) => part.testResults)) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failed) process.stdout.write(`\nFAILED ${name}\n  ${fullName}\n${failureMessages.join('\n')}\n`);
    if (failed.length === 0 && message) process.stdout.write(`\nFAILED ${name}\n${message}\n`);
  }
}

/** One report of all runs, in the form of one; of a file that was tried again its last try counts. */
function writeReport(parts, again) {
  const latest = new Map([...parts, ...again].flatMap((part) => part.testResults).map((result) => [result.name, result]));
  const tests = [...latest.values()].flatMap(({ assertionResults }) => assertionResults);
  const count = (...wanted) => tests.filter(({ status }) => wanted.includes(status)).length;
  const counts = { numPassedTests: count('passed'), numFailedTests: count('failed'), numPendingTests: count('pending', 'skipped'), numTodoTests: count('todo') };
  writeFileSync(report, JSON.stringify({ ...counts, success: good }));
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const stop of running) stop();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
}
const good = await (chosen.length > 0 ? some() : everything());
const [parts, again] = [partsOf(chosen.length > 0 ? ['some'] : [...REAL, ...BESIDE]), partsOf([AGAIN])];
writeFailures(again.length > 0 ? [...partsOf(BESIDE), ...again] : parts);
if (report) writeReport(parts, again);
rmSync(scratch, { recursive: true, force: true });
process.exit(good ? 0 : 1);
