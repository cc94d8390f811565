import { afterEach, expect, test } from 'vitest';
import { intentOfKey } from '../../../../device/input/key-intents.ts';
import type { KeyName } from '../../../../device/input/keys.ts';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import { VIEW_IDS } from '../../../../src/domain/usage/record-bodies.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';

/** Document 003's event types, and the keys of a remote that make the box write each: the table of ARCHITECTURE.md, "The way of a record". */
const FILM: CatalogueWork = { ...(WORKS[0] as CatalogueWork), id: 'f1', title: 'Harbour', video: { packetMs: 4, renditions: [] } };

let scene: BoxScene;
afterEach(() => scene.remove());

/** As the key desk does: by the table of keys. */
async function press(key: KeyName): Promise<void> {
  const intent = intentOfKey(key, 'short', scene.box.view().playback);
  if (intent === null) throw new Error(`${key} means nothing in ${scene.box.view().playback}`);
  await scene.press(intent);
}

async function bodies(): Promise<readonly UsageBody[]> {
  await scene.book.flush();
  return (await scene.book.pendingRecords(200)).records.filter(({ kind }) => kind === 'usage').map(({ body }) => JSON.parse(body) as UsageBody);
}

test('an evening at a remote writes every event type of document 003, and each view feature but an angle', async () => {
  scene = await new BoxScene('set-top', { works: [FILM] }).start();
  await scene.command('viewer add Anna id=c-anna');
  // Who is watching; then the film, its price, and the film itself.
  await press('KEY_OK');
  for (const key of ['KEY_OK', 'KEY_OK', 'KEY_RIGHT', 'KEY_LEFT', 'KEY_ZOOM', 'KEY_ZOOM', 'KEY_PLAYPAUSE'] as const) await press(key);
  await press('KEY_STOPCD');
  await scene.box.stop();
  const written = await bodies();
  expect(new Set(written.map(({ EventType }) => EventType))).toEqual(
    new Set(['SIGN_ON', 'SIGN_OFF', 'USAGE', 'CONSUMER_IDENTIFICATION', 'VIEW_FEATURE', 'ORDER']),
  );
  const viewed = written.flatMap(({ ViewId }) => ViewId ?? []);
  expect(viewed).toEqual(['FF', 'RR', 'PS', 'FS', 'PA']);
  expect(VIEW_IDS.filter((id) => !viewed.includes(id))).toEqual(['VA']);
  expect([written[0]?.EventType, written.at(-1)?.EventType]).toEqual(['SIGN_ON', 'SIGN_OFF']);
  // Each key is a record of its own, in the order of the presses.
  expect(written.flatMap(({ key }) => key ?? [])).toEqual(['ok', 'ok', 'ok', 'right', 'left', 'picture', 'picture', 'play-pause', 'stop']);
});
