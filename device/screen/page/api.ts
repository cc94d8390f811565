import type { Account, CheapestPrices, CheapestQuestion, Grouping, Preferences, View, Work, WorkGroup } from './model.ts';
import { change, current, waits } from './store.ts';

const RETRY_MS = 1_000;
/** A coin of the simulated acceptor. */
export const COIN_MINOR = '100';

/** Document 003's entry methods: a touch or a mouse, or keys. */
let entryMethod: '1' | '2' = '2';

export function noteEntry(method: '1' | '2'): void {
  entryMethod = method;
}

async function send(path: string, body: unknown): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, request).catch(() => null);
  if (response?.ok === true) change({ refusal: null });
  else if (response === null) change({ away: true });
  else await explainRefusal(response);
}

async function explainRefusal(response: Response): Promise<void> {
  const answer = (await response.json().catch(() => ({}))) as { readonly title?: string; readonly message?: string };
  change({ refusal: answer.title ?? answer.message ?? 'The box did not take that.', choosing: null });
}

export function intend(type: string, more: Readonly<Record<string, unknown>> = {}): void {
  void send('/api/intent', { type, entryMethod, ...more });
}

/** OK on a work: the box opens it, or queues it while another plays. */
/** @param premiumMinor pays above the price for being heard next */
export function choose(work: Work, premiumMinor: bigint | null = null): void {
  change({ choosing: waits(current()) ? 'queue' : 'play' });
  intend('intent.ok', { workId: work.id, ...(premiumMinor === null ? {} : { premiumMinor: String(premiumMinor) }) });
}

export function insertCoin(): void {
  void send('/api/coin', { valueMinor: COIN_MINOR });
}

/** A guest's wishes last until he goes; a household's stay. */
export function prefer(part: Partial<Preferences>): void {
  const preferences = { ...current().preferences, ...part };
  const household = current().view.profile === 'set-top';
  change({ preferences, ...(household ? { kept: preferences } : {}) });
  if (household) void send('/api/preferences', preferences);
}

async function get<Answer>(path: string, query: Readonly<Record<string, string | number>>): Promise<Answer | null> {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  return await fetch(`${path}?${text}`).then(
    (response) => (response.ok ? (response.json() as Promise<Answer>) : null),
    () => null,
  );
}

export function fetchAccount(): Promise<Account | null> {
  return get<Account>('/api/account', {});
}

export function sendTopUp(form: { readonly key: string; readonly amountMinor: string; readonly method: string }): Promise<void> {
  return send('/api/account/top-ups', form);
}

export async function fetchCheapest(question: CheapestQuestion): Promise<CheapestPrices | null> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) };
  const answer = await fetch('/api/cheapest', request).catch(() => null);
  return answer?.ok === true ? ((await answer.json()) as CheapestPrices) : null;
}

/** What somebody may spend in a day, and has spent. */
export interface Cap {
  readonly who: string;
  readonly name: string;
  readonly capMinor: string | null;
  readonly spentMinor: string;
}

export async function fetchCaps(): Promise<readonly Cap[] | null> {
  return (await get<{ readonly caps: readonly Cap[] }>('/api/caps', {}))?.caps ?? null;
}

/** @returns all of them as they are then; null where it was not taken */
export async function sendCap(who: string, capMinor: string | null): Promise<readonly Cap[] | null> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ who, capMinor }) };
  const answer = await fetch('/api/caps', request).catch(() => null);
  return answer?.ok === true ? ((await answer.json()) as { readonly caps: readonly Cap[] }).caps : null;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly locked: boolean;
  readonly belowAge: number | null;
}

/** Who has a name here, and who of the account has one at another box only. */
export interface Household {
  readonly people: readonly Person[];
  readonly elsewhere: readonly { readonly consumer: string; readonly name: string | null }[];
}

export function fetchPeople(): Promise<Household | null> {
  return get<Household>('/api/people', {});
}

/** @returns all of them as they are then; null where it was not taken, and the box says why */
export async function sendPerson(wish: unknown): Promise<Household | null> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) };
  const answer = await fetch('/api/people', request).catch(() => null);
  if (answer === null) change({ away: true });
  else if (!answer.ok) await explainRefusal(answer);
  else {
    change({ refusal: null });
    return (await answer.json()) as Household;
  }
  return null;
}

/** Credit that waits under a code for a phone to take it. */
export interface Released {
  readonly claimCode: string;
  readonly amountMinor: string;
}

/** Null where there was none by then. */
export async function releaseCredit(): Promise<Released | null> {
  const answer = await fetch('/api/to-phone', { method: 'POST' }).catch(() => null);
  return answer?.ok === true ? ((await answer.json()) as Released) : null;
}

export interface Listing<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

export async function fetchWorks(query: Readonly<Record<string, string | number>>): Promise<Listing<Work> | null> {
  const answer = await get<{ readonly total: number; readonly works: readonly Work[] }>('/api/works', query);
  return answer === null ? null : { total: answer.total, items: answer.works };
}

export async function fetchChannels(): Promise<readonly Work[] | null> {
  return (await get<{ readonly works: readonly Work[] }>('/api/channels', {}))?.works ?? null;
}

export async function fetchGroups(by: Grouping, offset: number): Promise<Listing<WorkGroup> | null> {
  const answer = await get<{ readonly total: number; readonly groups: readonly WorkGroup[] }>('/api/groups', { by, offset });
  return answer === null ? null : { total: answer.total, items: answer.groups };
}

export async function fetchCharts(): Promise<Listing<Work> | null> {
  const answer = await get<{ readonly works: readonly Work[] }>('/api/charts', {});
  return answer === null ? null : { total: answer.works.length, items: answer.works };
}

/** Follows the box for as long as the page is open; a box that restarts is found again. */
export function followBox(onView: (view: View) => void, onKey: (key: string) => void): void {
  const keys = new URLSearchParams(location.search).get('keys') === 'box' ? '?keys=box' : '';
  const events = new EventSource(`/api/events${keys}`);
  events.addEventListener('message', (event) => onView(JSON.parse(String(event.data)) as View));
  events.addEventListener('key', (event) => onKey(String((event as MessageEvent).data)));
  events.addEventListener('error', () => {
    change({ away: true });
    // While it waits the browser tries by itself; where it gave up, we begin anew.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => followBox(onView, onKey), RETRY_MS);
  });
}
