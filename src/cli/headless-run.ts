import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { BoxClient, PlayOfBox, ViewOfBox, WorkOfBox } from './box-client.ts';
import type { House } from './house.ts';
import type { StartOptions } from './start-options.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const CONFIRM_AFTER_MS = 5_000;
const CATALOGUE_WAIT_MS = 10_000;
const COIN_MINOR = 100n;
/** The headend's page takes milliseconds. */
const OPERATOR_TIMEOUT_MS = 15_000;
const DELIVERY_TIMEOUT_MS = 30_000;

interface Run {
  readonly options: StartOptions;
  readonly house: House;
  readonly client: BoxClient;
  readonly io: CommandIo;
  readonly signal: AbortSignal;
}

/** One customer, from the coin to the bill, without a person: says each step, and what it came to as one JSON object. */
export async function runHeadless(run: Run): Promise<number> {
  const { client, io, options } = run;
  const step = (text: string): void => io.err(`${text}\n`);
  const follow = new ViewFollower(client, run.signal);
  try {
    const last = await playSong(run, follow, step);
    const receipt = await follow.until('the settlement', 20_000, (view) =>
      view.playback === 'browse' && view.lastReceipt?.playId === last?.playId ? view.lastReceipt : null,
    );
    step(receipt.text);
    await everyRecordDelivered(client, run.signal);
    const summary = await summarize(run, last, receipt.chargedMinor);
    const sound = summary.problem === null;
    if (!sound) step(`NOT WELL: ${summary.problem}`);
    io.out(`${options.json ? JSON.stringify(summary) : renderSummary(summary)}\n`);
    return sound ? EXIT.ok : EXIT.failed;
  } finally {
    follow.stop();
  }
}

/** From the coin to the stop; resolves to the play as it was seen last. */
async function playSong(run: Run, follow: ViewFollower, step: (text: string) => void): Promise<PlayOfBox | null> {
  const { client, options } = run;
  const work = await chooseWork(run, follow);
  // A household owes for what it hears; only a jukebox takes coins.
  const coin = options.profile === 'jukebox';
  step(`${coin ? 'coin: 1.00; ' : ''}choosing ${work.title}`);
  if (coin) await client.coin(COIN_MINOR);
  await client.intent({ type: 'intent.ok', workId: work.id });
  const soundAt = await follow.until('the first sound', 30_000, (view) =>
    view.nowPlaying !== null && view.nowPlaying.play.heardMs > 0 ? performance.now() - view.nowPlaying.play.heardMs : null,
  );
  step('first sound; pre-listening');
  await follow.until('five seconds of pre-listen', 30_000, (view) => ((view.nowPlaying?.play.heardMs ?? 0) >= CONFIRM_AFTER_MS ? true : null));
  await client.intent({ type: 'intent.ok' });
  await follow.until('the confirmation', 15_000, (view) => (view.playback.startsWith('playing') ? true : null));
  step('confirmed; playing');
  await follow.untilTime(soundAt + 1_000 * options.seconds);
  const last = follow.lastPlay;
  await client.intent({ type: 'intent.stop' });
  return last;
}

/** Keeps the newest view at hand, and waits for what it is told to. */
class ViewFollower {
  readonly #client: BoxClient;
  readonly #end = new AbortController();
  readonly #waiters = new Set<(view: ViewOfBox) => void>();
  #latest: ViewOfBox | null = null;
  lastPlay: PlayOfBox | null = null;

  constructor(client: BoxClient, signal: AbortSignal) {
    this.#client = client;
    signal.addEventListener('abort', () => this.#end.abort());
    void this.#run();
  }

  stop(): void {
    this.#end.abort();
  }

  /** Resolves with the first answer that is not null; says what it waited for where none came in time. */
  until<Answer>(what: string, timeoutMs: number, ask: (view: ViewOfBox) => Answer | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timeout);
        this.#waiters.delete(look);
        settle();
      };
      const look = (view: ViewOfBox): void => {
        const answer = ask(view);
        if (answer !== null) finish(() => resolve(answer));
      };
      const timeout = setTimeout(
        () => finish(() => reject(new Error(`${what} did not come within ${timeoutMs / 1_000} s; the box says: ${this.#latest?.sentence ?? 'nothing'}`))),
        timeoutMs,
      );
      this.#end.signal.addEventListener('abort', () => finish(() => reject(new Error('interrupted'))));
      this.#waiters.add(look);
      if (this.#latest !== null) look(this.#latest);
    });
  }

  untilTime(atMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#client.follow((view) => this.#see(view), this.#end.signal).catch(() => {});
      if (!this.#end.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  #see(view: ViewOfBox): void {
    this.#latest = view;
    if (view.nowPlaying !== null) this.lastPlay = view.nowPlaying.play;
    for (const waiter of [...this.#waiters]) waiter(view);
  }
}

/** A work that costs something and lasts long enough: the one with the fewest receipts, because trials of a work are counted. */
async function chooseWork(run: Run, follow: ViewFollower): Promise<WorkOfBox> {
  const { client, options, house } = run;
  const fits = async (): Promise<WorkOfBox | undefined> => {
    const priced = (await client.works()).filter((work) => !work.free && work.durationMs >= 1_000 * options.seconds - CONFIRM_AFTER_MS);
    const { data } = await client.command('show receipts 50', 'staff');
    const played = (work: WorkOfBox): number => (data as readonly { readonly title: string }[]).filter(({ title }) => title === work.title).length;
    return priced.sort((left, right) => played(left) - played(right))[0];
  };
  const offered = follow.until('a work that can be played', 90_000, (view) => (view.catalogueSize > 0 && view.connectivity === 'online' ? true : null));
  // A library with nothing in it is not waited for.
  await Promise.race([offered, libraryProblem(house).then((problem) => Promise.reject(new Error(problem)))]);
  const found = await fits();
  if (found !== undefined) return found;
  await house.ingested;
  // The box hears of the last works with its next look at the catalogue.
  const deadline = performance.now() + CATALOGUE_WAIT_MS;
  while (performance.now() < deadline) {
    const later = await fits();
    if (later !== undefined) return later;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`No work with a price lasts ${options.seconds - CONFIRM_AFTER_MS / 1_000} s; use a smaller --seconds or another --library.`);
}

/** Resolves only where nothing of the library can be played. */
async function libraryProblem(house: House): Promise<string> {
  const problem = await house.ingested;
  return problem ?? (await new Promise<never>(() => {}));
}

interface OutboxOfBox {
  readonly written: number;
  readonly usageWritten: number;
  readonly acknowledgedThrough: number;
  readonly usageAcknowledged: number;
}

async function everyRecordDelivered(client: BoxClient, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + DELIVERY_TIMEOUT_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const { outbox } = (await client.totals()) as unknown as { outbox: OutboxOfBox };
    if (outbox.acknowledgedThrough >= outbox.written) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function summarize(
  { client, house }: Run,
  play: PlayOfBox | null,
  chargedMinor: string,
): Promise<Record<string, unknown> & { readonly problem: string | null }> {
  const totals = (await client.totals()) as unknown as {
    ledger: { earnedMinor: string; currency: string; problem: string | null };
    outbox: OutboxOfBox;
    rssBytes: number;
    playerRssBytes: number | null;
    eventLoopP99Ms: number;
    startToSoundMs: number | null;
  };
  const headend = await headendTotals(house, play?.sid ?? null);
  const { ledger, outbox } = totals;
  const problems = [
    ledger.problem,
    headend.problem,
    ledger.earnedMinor === headend.earnedMinor ? null : `the box earned ${ledger.earnedMinor}, the headend ${headend.earnedMinor}`,
    outbox.acknowledgedThrough >= outbox.written ? null : `${outbox.written - outbox.acknowledgedThrough} records did not arrive`,
  ].filter((problem) => problem !== null);
  return {
    packetsSent: headend.packetsSent,
    packetsAcked: headend.packetsAcknowledged,
    packetsPaid: headend.packetsPaid,
    creditWindowPackets: play?.creditWindowPackets ?? 0,
    maxUnpaidPackets: play?.maxUnpaidPackets ?? 0,
    heardMs: headend.heardMs,
    unheardCreditedPackets: headend.unheardPaidPackets,
    audibleGaps: play?.audibleGaps ?? 0,
    chargedMinor: Number(chargedMinor),
    currency: ledger.currency,
    deviceLedgerTotalMinor: Number(ledger.earnedMinor),
    headendLedgerTotalMinor: Number(headend.earnedMinor),
    usageRecordsWritten: outbox.usageWritten,
    usageRecordsAccepted: headend.usageRecords,
    recordsWritten: outbox.written,
    recordsAccepted: outbox.acknowledgedThrough,
    deviceRssBytes: totals.rssBytes,
    playerRssBytes: totals.playerRssBytes,
    eventLoopP99Ms: totals.eventLoopP99Ms,
    startToSoundMs: totals.startToSoundMs,
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}

interface HeadendTotals {
  readonly earnedMinor: string;
  readonly problem: string | null;
  readonly usageRecords: number;
  readonly packetsSent: number;
  readonly packetsAcknowledged: number;
  readonly packetsPaid: number;
  readonly heardMs: number;
  readonly unheardPaidPackets: number;
}

/** What of the operator's JSON is needed here (src/headend/billing/operator-view.ts). */
interface OperatorJson {
  readonly ledger: { readonly problem: string | null; readonly balances: readonly { readonly account: string; readonly minor: string }[] };
  readonly outlets: readonly { readonly records: { readonly usage: number } }[];
  readonly recentSessions: readonly { readonly sid: string; readonly packetsSent: number; readonly paidPackets: number; readonly trialPackets: number }[];
  readonly bills: readonly { readonly sid: string; readonly heardMs: number; readonly unheardPackets: number }[];
}

async function headendTotals(house: House, sid: string | null): Promise<HeadendTotals> {
  const view = await askOperator(house);
  const session = view.recentSessions.find((candidate) => candidate.sid === sid);
  const bill = view.bills.find((candidate) => candidate.sid === sid);
  return {
    earnedMinor: view.ledger.balances.find((balance) => balance.account === 'earned')?.minor ?? '0',
    problem: view.ledger.problem,
    usageRecords: view.outlets.reduce((sum, outlet) => sum + outlet.records.usage, 0),
    packetsSent: session?.packetsSent ?? 0,
    packetsAcknowledged: (session?.paidPackets ?? 0) + (session?.trialPackets ?? 0),
    packetsPaid: session?.paidPackets ?? 0,
    heardMs: bill?.heardMs ?? 0,
    unheardPaidPackets: bill?.unheardPackets ?? 0,
  };
}

async function askOperator(house: House): Promise<OperatorJson> {
  const [token, ca] = await Promise.all(['operator-token', 'trust/ca.pem'].map((name) => readFile(join(house.headendFolder, name), 'utf8')));
  const dispatcher = new Agent({ connect: { ca: ca ?? '' } });
  try {
    const { body, statusCode } = await request(`${house.headendUrl.replace(/\/$/, '')}/operator.json`, {
      dispatcher,
      headers: { authorization: `Bearer ${(token ?? '').trim()}` },
      signal: AbortSignal.timeout(OPERATOR_TIMEOUT_MS),
    });
    if (statusCode !== 200) throw new Error(`it answered ${statusCode}`);
    return (await body.json()) as OperatorJson;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The headend's totals could not be read (${reason}); look into headend.log in the data folder.`);
  } finally {
    await dispatcher.destroy();
  }
}

function renderSummary(summary: Readonly<Record<string, unknown>>): string {
  return Object.entries(summary)
    .map(([name, value]) => `${name.padEnd(26)}${String(value)}`)
    .join('\n');
}
