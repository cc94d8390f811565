import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebitDesk } from '../../src/headend/pricing/debit-desk.ts';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { encodeModel } from '../../src/wire/model-json.ts';
import { modelOf } from '../fakes/price-scene.ts';
import { scriptOptions } from '../script-options.ts';
import { benchExpression } from './rating-bench-model.ts';

const HELP = `Uses debited online, each rated from its history under a three-trigger model and durable with a group commit (SQLite, WAL,
synchronous=FULL), by one process on one core. At the end the audit replays everything.

usage: npm run bench:debit -- [--licences N] [--groups N] [--group N] [--random-keys] [--json]

  --licences N   licences that are used in turn (default 2000)
  --groups N     commits (default 60)
  --group N      uses of one commit (default 1000)
  --random-keys  keys in no order
  --json         one line of JSON
`;

const options = scriptOptions(HELP, { licences: 2_000, groups: 60, group: 1_000, 'random-keys': false, json: false });
const { licences: LICENCES, groups: GROUPS, group: GROUP, 'random-keys': RANDOM_KEYS } = options;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-debit-'));
try {
  const book = openHeadendBook(join(folder, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'USD' as never });
  const text = encodeModel(modelOf(benchExpression('0.90')));
  const modelHash = sha256Hex(text);
  book.putPriceModel({ hash: modelHash, modelId: 'bench', vendor: book.defaults().vendor, text, source: null });
  const startMs = Date.now() - 20 * 86_400_000;
  const licences = Array.from({ length: LICENCES }, (_, index) =>
    book.openPricingLicence({ userId: `u${index}`, resourceId: 'r', modelHash, currency: 'USD', startMs, timeZone: 'UTC' }),
  );
  const desk = new DebitDesk(book);
  let [debits, minor] = [0, 0n];
  const commits: number[] = [];
  const cpuBefore = process.cpuUsage();
  const began = process.hrtime.bigint();
  for (let group = 0; group < GROUPS; group += 1) {
    const uses = Array.from({ length: GROUP }, (_, index) => {
      const number = group * GROUP + index;
      const round = Math.floor(number / LICENCES);
      return {
        key: RANDOM_KEYS ? crypto.randomUUID() : `d${number}`,
        licence: licences[number % LICENCES] ?? 0,
        startMs: startMs + round * 600_000 + (number % 1_000),
        durationMs: 180_000,
      };
    });
    const from = process.hrtime.bigint();
    const outcome = desk.debit(uses);
    if (!outcome.ok) throw new Error(outcome.error.message);
    commits.push(Number(process.hrtime.bigint() - from) / 1e6);
    debits += outcome.value.length;
    for (const debited of outcome.value) minor += debited.minor;
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / 1e6;
  while (book.refreshLicences(1_000) > 0) {}
  const { findings } = book.auditPricing();
  const problem = book.auditLedger();
  if (findings.length > 0 || problem !== null) throw new Error(`the books do not agree: ${problem ?? JSON.stringify(findings[0])}`);
  commits.sort((left, right) => left - right);
  const report = {
    ...{ debits, licences: LICENCES, group: GROUP, debitedMinor: String(minor), seconds, cpuSeconds },
    perSecond: Math.round(debits / seconds),
    perCpuSecond: Math.round(debits / cpuSeconds),
    groupMsP50: commits[Math.floor(commits.length / 2)],
    groupMsMax: commits.at(-1),
  };
  if (options.json) console.log(JSON.stringify(report));
  else
    console.log(
      `${report.perSecond} durable debits per second (${report.perCpuSecond} per CPU second), ${GROUP} a commit, half of the commits within ${report.groupMsP50?.toFixed(1)} ms`,
    );
  book.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
