import { setTimeout as sleep } from 'node:timers/promises';
import { BoxClient, type ViewOfBox, type WorkOfBox } from '../../src/cli/box-client.ts';
import { type House, launchHouse } from '../../src/cli/house.ts';
import { type Figure, figure, median } from './figures.ts';
import { coreShares, syncsPerMinute } from './process-stat.ts';

const PRE_LISTENS = 5;
const SETTLE_MS = 3_000;
const CPU_WINDOW_MS = 20_000;
const SYNC_WINDOW_MS = 10_000;
const WAIT_MS = 30_000;
/** What a box loads that has a console, a board with johnny-five, and remotes. */
const EVERYTHING = ['--board', 'simulated', '--input-devices'] as const;

interface Totals {
  readonly rssBytes: number;
  readonly playerRssBytes: number | null;
  readonly eventLoopP99Ms: number;
}

/** A real house in `data`: five pre-listens from an idle box, then one song that is paid for, measured while it plays. */
export async function houseFigures(data: string, say: (line: string) => void): Promise<readonly Figure[]> {
  const options = { data, profile: 'jukebox', library: null, console: true, fittings: EVERYTHING, headless: true, seconds: 25, json: true } as const;
  const house = await launchHouse({ ...options, screenPort: 0, httpPort: 0, rtspPort: 0 }, say);
  const watch = new Watch(await BoxClient.ofFolder(house.boxFolder));
  try {
    await house.ingested;
    await watch.until('the catalogue', (view) => (view.catalogueSize > 0 && view.connectivity === 'online' ? true : null));
    await watch.client.coin(1_000n);
    // Each another one: a payer may try a work only a few times.
    const works = (await watch.client.works()).filter((candidate) => !candidate.free).slice(0, PRE_LISTENS);
    const presses: number[] = [];
    for (const work of works) presses.push(await preListen(watch, work, work === works.at(-1)));
    await watch.client.intent({ type: 'intent.ok' });
    await watch.until('the paid song', (view) => (view.playback.startsWith('playing') ? true : null));
    return [figure('okToSoundMs', 'ms', median(presses), 400), ...(await whilePlaying(house, watch.client))];
  } finally {
    watch.stop();
    await house.stop();
  }
}

/** @returns ms from the press of OK to the first sound */
async function preListen(watch: Watch, work: WorkOfBox, goOn: boolean): Promise<number> {
  await sleep(SETTLE_MS);
  const pressedMs = performance.now();
  await watch.client.intent({ type: 'intent.ok', workId: work.id });
  const soundMs = await watch.until('the first sound', (view) => {
    const heardMs = view.nowPlaying?.play.heardMs ?? 0;
    return heardMs > 0 ? performance.now() - heardMs : null;
  });
  if (!goOn) {
    await watch.client.intent({ type: 'intent.stop' });
    await watch.until('an idle box', (view) => (view.playback === 'browse' ? true : null));
  }
  return soundMs - pressedMs;
}

async function whilePlaying(house: House, client: BoxClient): Promise<readonly Figure[]> {
  const [box, headend] = [house.boxPid(), house.headendPid()];
  if (box === undefined || headend === undefined) throw new Error('box or headend is not running');
  await sleep(SETTLE_MS);
  const [boxShare = null, headendShare = null] = await coreShares([box, headend], CPU_WINDOW_MS);
  const totals = (await client.totals()) as unknown as Totals;
  const syncs = await syncsPerMinute(box, SYNC_WINDOW_MS);
  return [
    figure('boxRssBytes playing', 'bytes', totals.rssBytes, 120_000_000),
    figure('playerRssBytes', 'bytes', totals.playerRssBytes),
    figure('eventLoopP99Ms', 'ms', totals.eventLoopP99Ms, 20),
    figure('boxCpuShare', 'share', boxShare),
    figure('headendCpuShare', 'share', headendShare),
    figure('box fsyncs', 'per-minute', syncs),
  ];
}

/** Follows the view of the box and waits for what it is told to. */
class Watch {
  readonly client: BoxClient;
  readonly #end = new AbortController();
  #look: (view: ViewOfBox) => void = () => {};
  #latest: ViewOfBox | null = null;

  constructor(client: BoxClient) {
    this.client = client;
    client
      .follow((view) => {
        this.#latest = view;
        this.#look(view);
      }, this.#end.signal)
      .catch(() => {});
  }

  until<Answer>(what: string, ask: (view: ViewOfBox) => Answer | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`${what} did not come; the box says: ${this.#latest?.sentence ?? 'nothing'}`)), WAIT_MS);
      this.#look = (view) => {
        const answer = ask(view);
        if (answer === null) return;
        clearTimeout(timeout);
        this.#look = () => {};
        resolve(answer);
      };
      if (this.#latest !== null) this.#look(this.#latest);
    });
  }

  stop(): void {
    this.#end.abort();
  }
}
