import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FilmWork } from '../../../fakes/film-work.ts';
import { LendingHeadend, LoanScene, payload } from '../../../fakes/loan-scene.ts';

const headend = new LendingHeadend();
let film: FilmWork;
let scene: LoanScene;
let playId = '';
let plays = 0;
beforeAll(async () => {
  await headend.open();
  film = await headend.addFilm();
});
beforeEach(async () => {
  plays += 1;
  playId = `f${plays}`;
  scene = await LoanScene.at(headend);
});
afterEach(() => scene.remove());
afterAll(() => headend.remove());

const has = (event: string) => () => scene.told.includes(event);
const bytesOf = (packets: readonly (Uint8Array | null)[]): Buffer => Buffer.concat(packets.map((packet) => packet ?? new Uint8Array()));

test('a film comes onto the box, and is shown with the cable out, packet by packet as it was cut; both sides make the same bill', async () => {
  const before = headend.running.book.ledgerTotalMinor();
  const licence = await scene.downloaded(film.work);
  expect(scene.stateOf(licence)).toBe('ready');
  scene.cableOut = true;
  const runner = await scene.bought(film.work, playId);
  await scene.until('its end', has('finished'));
  const outcome = await runner.end('finished');
  expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n, heardMs: film.work.durationMs });
  expect(outcome.view).toMatchObject({ paidPackets: film.work.packets, audibleGaps: 0, concealedPackets: 0 });
  expect(scene.player.streams).toHaveLength(1);
  const cut = Array.from({ length: film.work.packets }, (_, index) => payload(1, index));
  expect(bytesOf((scene.player.streams[0]?.packets ?? []).slice(0, film.work.packets)).equals(bytesOf(cut))).toBe(true);
  scene.cableOut = false;
  await scene.upload();
  const { book } = headend.running;
  expect({ totalMinor: book.ledgerTotalMinor(), problem: book.auditLedger() }).toEqual({ totalMinor: before + 100n, problem: null });
  expect((await scene.book.outboxState()).quarantined).toBe(0);
  expect(await scene.loans.counter.giveBack(licence, true)).toEqual({ ok: true, value: 'told' });
  expect(scene.asked.filter((call) => call.startsWith('sendBack')).length).toBeGreaterThanOrEqual(film.renditions[0]?.segments.length ?? 1);
});

test('after kill -9 it goes on where a decoder can begin, and what is seen again is paid for once', async () => {
  const accessPoints = (film.renditions[0]?.accessPoints ?? []).map((packet) => (packet * (film.work.totalSamples / film.work.packets)) / 48);
  await scene.downloaded(film.work);
  scene.cableOut = true;
  const runner = await scene.bought(film.work, playId);
  await scene.until('two thirds of it', () => runner.view().heardMs >= 5_300);
  const heardMs = runner.view().heardMs;
  await scene.player.stop();
  await scene.restart();
  scene.events.length = 0;
  const again = await scene.loans.plays.recover(playId, scene.raise);
  await scene.until('a picture', has('sound'));
  const beganMs = (scene.player.streams.at(-1)?.startSample ?? 0) / 48;
  expect(accessPoints).toContain(beganMs);
  expect(beganMs).toBeLessThan(heardMs);
  expect(again?.view()).toMatchObject({ phase: 'paid', positionMs: expect.any(Number) });
  expect(again?.view().heardMs).toBeGreaterThan(again?.view().positionMs ?? 0);
  await scene.until('its end', has('finished'));
  expect(await again?.end('finished')).toMatchObject({ chargedMinor: 100n });
});

test('what the box does not show, and a channel, are refused by name before a licence is made', async () => {
  const licences = async (): Promise<number> => {
    const listed = await scene.client.licences();
    return listed.ok ? listed.value.licences.length : -1;
  };
  const before = await licences();
  await scene.restart({ decodes: [{ codec: 'hevc', height: 2_160 }] });
  expect(await scene.loans.counter.checkOut(film.work.id)).toMatchObject({
    ok: false,
    error: { problem: 'no-rendition', message: expect.stringContaining('hevc-2160') },
  });
  const { work } = film;
  const channel = {
    ...work,
    id: `w${'c'.repeat(32)}`,
    sourceName: 'channel:7',
    channel: { number: 7 },
    video: { packetMs: 4, renditions: work.video?.renditions ?? [] },
  };
  expect(headend.running.book.addChannel(channel, 'udp://127.0.0.1:1')).toBe(true);
  expect(await scene.loans.counter.checkOut(channel.id)).toMatchObject({
    ok: false,
    error: { problem: 'rights-refused', message: expect.stringContaining('channel') },
  });
  expect(await licences()).toBe(before);
});
