import { afterEach, expect, test } from 'vitest';
import type { IntentEvent } from '../../../../device/session/events.ts';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

const FILM: CatalogueWork = { ...(WORKS[0] as CatalogueWork), id: 'f1', title: 'Harbour', video: { packetMs: 4, renditions: [] } };

async function viewedOf(work: string, ...presses: readonly IntentEvent[]): Promise<readonly (string | undefined)[]> {
  scene = await new BoxScene('set-top', { works: [...WORKS, FILM] }).start();
  await scene.ok(work);
  await scene.ok();
  for (const press of presses) await scene.press(press);
  await scene.book.flush();
  const bodies = (await scene.book.pendingRecords(200)).records.filter(({ kind }) => kind === 'usage').map(({ body }) => JSON.parse(body) as UsageBody);
  return bodies.filter(({ EventType }) => EventType === 'VIEW_FEATURE').map(({ ViewId, Feature }) => `${ViewId} ${Feature}`);
}

test('a film made smaller and larger is one of partial and one of full screen; a song has no picture, and none of both has angles', async () => {
  const zoom = { type: 'intent.picture' } as const;
  expect(await viewedOf('f1', zoom, zoom, zoom)).toEqual(['PS work:f1', 'FS work:f1', 'PS work:f1']);
  scene.remove();
  expect(await viewedOf('w1', zoom)).toEqual([]);
});

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
