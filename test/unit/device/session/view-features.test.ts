import { afterEach, expect, test } from 'vitest';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import { BoxScene } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

test('a pause and each jump on the remote is a record of what is viewed, forward and back told apart', async () => {
  scene = await new BoxScene().start();
  await scene.coin();
  await scene.ok('w1');
  await scene.ok();
  await scene.press({ type: 'intent.seek', byMs: 10_000 });
  await scene.press({ type: 'intent.seek', byMs: -30_000 });
  await scene.press({ type: 'intent.play-pause' });
  await scene.book.flush();
  const bodies = (await scene.book.pendingRecords(200)).records.filter(({ kind }) => kind === 'usage').map(({ body }) => JSON.parse(body) as UsageBody);
  const viewed = bodies.filter(({ EventType }) => EventType === 'VIEW_FEATURE') as readonly (UsageBody & { readonly ViewId?: string })[];
  expect(viewed.map(({ ViewId }) => ViewId)).toEqual(['FF', 'RR', 'PA']);
  expect(new Set(viewed.map(({ TitleDomain }) => TitleDomain)).size).toBe(1);
});
