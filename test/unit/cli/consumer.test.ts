import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { consumerCommand } from '../../../src/cli/consumer.ts';
import { usageCommand } from '../../../src/cli/usage.ts';
import { openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../src/platform/system-random.ts';
import { dropFolders, scratchFolder } from '../../fakes/headend-on-localhost.ts';

function house() {
  const folder = scratchFolder();
  onTestFinished(() => dropFolders(folder));
  openHeadendBook(join(folder, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' }).close();
  const run = async (command: typeof consumerCommand, ...argv: readonly string[]) => {
    const told: { readonly out: string[]; readonly err: string[] } = { out: [], err: [] };
    const io = { out: (text: string) => void told.out.push(text), err: (text: string) => void told.err.push(text) };
    const code = await command.run([...argv, '--data', folder], io);
    return { code, out: told.out.join(''), err: told.err.join('') };
  };
  return { consumer: (...argv: readonly string[]) => run(consumerCommand, ...argv), usage: (...argv: readonly string[]) => run(usageCommand, ...argv) };
}

test('a consumer is added, exported and erased, and then unknown', async () => {
  const { consumer, usage } = house();
  const added = await consumer('add', '--account', 'House account', '--name', 'Ada', '--json');
  const { consumer: id } = JSON.parse(added.out) as { consumer: string };
  expect(JSON.parse((await consumer('export', id)).out)).toMatchObject({ consumer: { displayName: 'Ada' }, records: [], bills: [] });
  expect(JSON.parse((await consumer('list', '--json')).out)).toHaveLength(1);
  expect(await consumer('erase', id, '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"records":0') });
  expect(await consumer('export', id)).toMatchObject({ code: 1, err: expect.stringContaining('nothing is kept') });
  expect(await consumer('erase', id)).toMatchObject({ code: 1 });
  expect(await usage('check', '--json')).toMatchObject({ code: 0, out: '{"problem":null}\n' });
});

test('periods are settings, and nonsense is refused', async () => {
  const { consumer } = house();
  expect((await consumer('retention', 'navigation', '30')).out).toMatch(/^navigation +30 days/);
  expect((await consumer('retention', 'plays', 'keep')).out).toMatch(/^plays +kept/m);
  for (const wrong of [
    ['retention', 'ledger', '1'],
    ['retention', 'plays', '0'],
    ['retention', 'plays', '1.5'],
    ['retention', 'plays'],
    ['add'],
    ['erase'],
    ['nonsense'],
  ])
    expect(await consumer(...wrong)).toMatchObject({ code: 2 });
  expect(await consumer('sweep', '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"problem":null') });
  expect(await consumer('add', '--account', 'nobody')).toMatchObject({ code: 1 });
});
