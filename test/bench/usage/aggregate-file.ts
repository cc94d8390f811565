import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregateFile } from '../../../src/cli/usage-aggregate.ts';
import { measure } from './usage-house.ts';

const BOXES = 200;
const DOMAINS = ['session', 'menu', 'category', 'discounted', 'work:a', 'work:b', 'work:c'];

/** 200 boxes over 30 days; a fifth of the records comes twice, each box's days in disorder. */
async function writeRecords(path: string, records: number): Promise<void> {
  const file = createWriteStream(path);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return seed % below;
  };
  const perBox = Math.ceil((records * 5) / 6 / BOXES);
  for (let written = 0; written < records; written += 1) {
    const place = random(perBox);
    const box = written % BOXES;
    // Every sequence of every box once, in an order that jumps over the whole month; then some again.
    const sequence = written < perBox * BOXES ? (Math.floor(written / BOXES) * 7_919) % perBox : place;
    const domains = ['session', DOMAINS[1 + ((sequence * 31 + box) % 6)]];
    const line = JSON.stringify({
      id: `d${box}:${sequence}`,
      DeviceId: `d${box}`,
      Sequence: sequence,
      AccountNo: `a${box}`,
      OutletNo: `o${box}`,
      ConsumerId: null,
      TitleDomain: domains[1],
      EventType: sequence % 50 === 0 ? 'SIGN_ON' : 'USAGE',
      Dttm: new Date(Date.UTC(2026, 0, 1) + sequence * Math.floor(2_592_000_000 / perBox)).toISOString(),
      PlaceId: 'browse',
      EntryMethod: '3',
      domains,
      NumberOfUsageDomains: 2,
    });
    if (!file.write(`${line}\n`)) await new Promise<void>((resolve) => file.once('drain', () => resolve()));
  }
  await new Promise<void>((resolve) => file.end(() => resolve()));
}

/** What `ackbox usage aggregate` counts a minute, as its command line does, of a file of so many lines. */
export async function benchAggregation(records: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-bench-'));
  try {
    const path = join(folder, 'records.jsonl');
    await writeRecords(path, records);
    const counted = { lines: 0, accepted: 0, duplicates: 0 };
    const { seconds, cpuSeconds } = await measure(async () => {
      const done = await aggregateFile(path, (line) => {
        throw new Error(`${line.code}: ${line.message}`);
      });
      Object.assign(counted, { lines: done.lines, accepted: done.accepted, duplicates: done.duplicates });
    });
    return {
      ...counted,
      ...{ seconds, cpuSeconds },
      aggregatedPerMinute: Math.round((60 * counted.lines) / seconds),
      aggregatedPerCpuMinute: Math.round((60 * counted.lines) / cpuSeconds),
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
