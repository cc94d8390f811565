import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maySend } from '../../domain/access/operator-roles.ts';
import { limits } from '../../limits.ts';
import type { Markup } from '../../platform/html.ts';
import { createRateLimit } from '../../platform/rate-limit.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import type { CommandStore, OutletStore } from '../../ports/outlet-store.ts';
import type { OutletId } from '../../units/ids.ts';
import { type OperatorDeps, type OperatorView, viewBills, viewHeadend, viewLedger } from '../billing/operator-view.ts';
import { HouseholdDesk } from '../household-desk.ts';
import type { HouseholdStore } from '../stores/household-rows.ts';
import type { OperatorAccountStore } from '../stores/operator-account-rows.ts';
import type { OperatorReportStore } from '../stores/operator-report-rows.ts';
import type { ReportStore } from '../usage/usage-reporter.ts';
import { type AlertRoutesBook, alertRoutes } from './alert-routes.ts';
import { actionsBody, recordsBody } from './audit-pages.ts';
import { boxBody } from './box-page.ts';
import { collectionsBody } from './collections-page.ts';
import { fleetBody } from './fleet-page.ts';
import { operatorPage, PAGE_HEADERS, RENEWALS, type Renewal } from './layout.ts';
import { moneyBody, readLength } from './money-page.ts';
import { musicBody } from './music-page.ts';
import { signIn } from './operator-accounts.ts';
import { field, OperatorGate, queryOf } from './operator-gate.ts';
import { type OperatorCaller, OperatorSessions } from './operator-sessions.ts';
import { type PricesBook, type PricesRoutesDeps, pricesRoutes } from './prices-routes.ts';
import { signInPage } from './sign-in-page.ts';
import { usageRoutes } from './usage-routes.ts';

export type PagesBook = OperatorDeps['book'] &
  OperatorAccountStore &
  OperatorReportStore &
  ReportStore &
  AlertRoutesBook &
  PricesBook &
  Pick<CatalogueStore, 'works'> &
  HouseholdStore & { getSetting(name: string): string | null; putSetting(name: string, value: string): void } & Pick<OutletStore, 'outlets' | 'outlet'> &
  Pick<CommandStore, 'putCommand'>;

export interface OperatorPagesDeps extends OperatorDeps {
  readonly book: PagesBook;
  readonly operatorToken: string;
  readonly clock: Clock;
  readonly loadReader: PricesRoutesDeps['loadReader'];
}

const ROWS = 100;
const PERIODS = 26;
/** Sign-ins of one address: a family of operators behind one router, and no guesser. */
const SIGN_INS = { burst: 10, perSecond: 0.1, addresses: 1_000 } as const;

/** A Fastify plugin: the operator's pages, and the same data as JSON. */
export async function operatorPages(app: FastifyInstance, deps: OperatorPagesDeps): Promise<void> {
  const sessions = new OperatorSessions(deps.clock);
  const gate = new OperatorGate({ accounts: deps.book, sessions, operatorToken: deps.operatorToken });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, new URLSearchParams(String(body))));
  seeing(app, gate, deps);
  acting(app, gate, deps);
  usageRoutes(app, gate, deps);
  alertRoutes(app, gate, deps);
  pricesRoutes(app, gate, deps);
  signing(app, gate, deps, sessions);
  programs(app, gate, deps);
}

function send(answer: FastifyReply, page: string): FastifyReply {
  return answer.type('text/html; charset=utf-8').send(page);
}

function seeing(app: FastifyInstance, gate: OperatorGate, deps: OperatorPagesDeps): void {
  const { book, clock } = deps;
  const households = new HouseholdDesk({ store: book, clock });
  const view = (): Promise<OperatorView> => viewHeadend(deps, clock.wallMs());
  const page = (path: string, title: string, caller: OperatorCaller, body: Markup): string => operatorPage({ path, title, caller }, body);
  const watched = (path: string, title: string, caller: OperatorCaller, request: FastifyRequest, answer: FastifyReply, body: Markup): FastifyReply => {
    const renew: Renewal | null = RENEWALS.find((seconds) => String(seconds) === queryOf(request, 'renew')) ?? null;
    if (renew !== null) answer.header('refresh', String(renew));
    return send(answer, operatorPage({ path, title, caller, renew }, body));
  };
  app.get(
    '/operator',
    gate.guarded('see-fleet', async (caller, request, answer) => watched('/operator', 'Boxes', caller, request, answer, fleetBody(await view()))),
  );
  app.get(
    '/operator/boxes/:outlet',
    gate.guarded('see-fleet', async (caller, request, answer) => {
      const { outlet: id } = request.params as { readonly outlet: string };
      const outlet = (await view()).outlets.find((candidate) => candidate.outlet === id);
      if (outlet === undefined) return answer.code(404).type('text/plain').send('There is no such box.\n');
      const { account = '', currency = '' } = book.outlet(id as OutletId) ?? {};
      const household = { people: book.householdPeople(account), spending: households.spending(account), currency };
      const facts = { outlet, faults: book.faultsOf(id, ROWS), commands: book.commandsOf(id, ROWS), nowMs: clock.wallMs(), ...household };
      return watched(`/operator/boxes/${id}`, outlet.name, caller, request, answer, boxBody(facts, caller));
    }),
  );
  app.get(
    '/operator/money',
    gate.guarded('see-money', async (caller, request, answer) => {
      const length = readLength(queryOf(request, 'by'));
      return send(answer, page('/operator/money', 'Money', caller, moneyBody(await view(), book.cashBy(length, PERIODS), length)));
    }),
  );
  app.get(
    '/operator/collections',
    gate.guarded('see-money', (caller, _request, answer) =>
      send(answer, page('/operator/collections', 'Collections', caller, collectionsBody(book.collections(ROWS), caller))),
    ),
  );
  app.get(
    '/operator/music',
    gate.guarded('manage-music', (caller, request, answer) => {
      const search = (queryOf(request, 'search') ?? '').slice(0, 100);
      const all = book.works();
      const wanted = search.toLowerCase();
      const works = all.filter(({ title, artist, genre }) => `${title}\n${artist}\n${genre}`.toLowerCase().includes(wanted)).slice(0, ROWS);
      return send(answer, page('/operator/music', 'Music', caller, musicBody({ works, all: all.length, search, outlets: book.outlets() }, caller)));
    }),
  );
  app.get(
    '/operator/records',
    gate.guarded('see-audit', async (caller, request, answer) => watched('/operator/records', 'Records', caller, request, answer, recordsBody(await view()))),
  );
  app.get(
    '/operator/actions',
    gate.guarded('see-audit', (caller, _request, answer) =>
      send(answer, page('/operator/actions', 'Actions', caller, actionsBody(book.operatorActions(ROWS)))),
    ),
  );
}

function acting(app: FastifyInstance, gate: OperatorGate, { book }: OperatorPagesDeps): void {
  const note = ({ name, role }: OperatorCaller, action: string, about: string, outcome: string): void =>
    book.noteOperatorAction({ who: name, role, action, about, outcome });
  app.post(
    '/operator/boxes/:outlet/commands',
    gate.guarded('see-fleet', (caller, request, answer) => {
      const { outlet: id } = request.params as { readonly outlet: string };
      const line = field(request, 'line').trim().slice(0, limits.consoleLineCharacters);
      const known = book.outlets().find(({ outlet }) => outlet === id);
      if (known === undefined) return answer.code(404).type('text/plain').send('There is no such box.\n');
      const allowed = maySend(caller.role, line);
      note(caller, 'command', `${known.name}: ${line}`, allowed ? 'sent' : 'refused');
      if (!allowed) return answer.code(403).type('text/plain').send(`Your role, ${caller.role}, sends no such command. Write its words whole.\n`);
      book.putCommand(known.outlet, line);
      return answer.redirect(`/operator/boxes/${id}`, 303);
    }),
  );
  app.post(
    '/operator/collections/settle',
    gate.guarded('settle-collection', (caller, request, answer) => {
      const [outlet, generation, words] = [field(request, 'outlet'), field(request, 'generation'), field(request, 'note').trim().slice(0, 300)];
      const sequence = Number(field(request, 'sequence'));
      const row = book.collections(ROWS).find((one) => one.outlet === outlet && one.generation === generation && one.sequence === sequence);
      if (row === undefined || words === '')
        return answer.code(400).type('text/plain').send('Name a collection of the list, and say in a note how it was settled.\n');
      const first = book.settleCollection(row, caller.name, words);
      note(caller, 'settle collection', `${row.box} ticket ${row.number}: ${words}`, first ? 'settled' : 'was settled already');
      return answer.redirect('/operator/collections', 303);
    }),
  );
  app.post(
    '/operator/music/why',
    gate.guarded('manage-music', (caller, request, answer) => {
      const work = book.works().find(({ id }) => id === field(request, 'work'));
      const known = book.outlets().find(({ outlet }) => outlet === (field(request, 'outlet') as OutletId));
      if (work === undefined || known === undefined) return answer.code(400).type('text/plain').send('Name a work, and one box that is asked.\n');
      book.putCommand(known.outlet, `why-hidden "${work.id}"`);
      note(caller, 'ask why hidden', `${work.title} at ${known.name}`, 'sent');
      return answer.redirect(`/operator/boxes/${known.outlet}`, 303);
    }),
  );
  app.post(
    '/operator/music/hide',
    gate.guarded('manage-music', (caller, request, answer) => {
      const work = book.works().find(({ id }) => id === field(request, 'work'));
      const reason = field(request, 'reason').replaceAll('"', "'").trim().slice(0, 120);
      const wanted = field(request, 'outlet');
      const outlets = book.outlets().filter(({ outlet }) => wanted === 'all' || outlet === (wanted as OutletId));
      if (work === undefined || reason === '' || outlets.length === 0) return answer.code(400).type('text/plain').send('Name a work, a box, and a reason.\n');
      for (const { outlet } of outlets) book.putCommand(outlet, `filter add work "${work.id}" "${reason} (${caller.name})"`);
      note(caller, 'hide work', `${work.title} at ${outlets.map(({ name }) => name).join(', ')}: ${reason}`, 'sent');
      return answer.redirect(outlets.length === 1 ? `/operator/boxes/${outlets[0]?.outlet}` : '/operator/music', 303);
    }),
  );
}

function signing(app: FastifyInstance, gate: OperatorGate, { book, clock }: OperatorPagesDeps, sessions: OperatorSessions): void {
  const limit = createRateLimit(SIGN_INS.burst, SIGN_INS.perSecond, SIGN_INS.addresses);
  app.get('/operator/sign-in', async (_request, answer) => send(answer.headers(PAGE_HEADERS), signInPage('')));
  app.post('/operator/sign-in', { bodyLimit: limits.operatorFormBytes }, async (request, answer) => {
    answer.headers(PAGE_HEADERS);
    const waitMs = limit.take(request.ip, monotonicMs(clock));
    if (waitMs > 0)
      return send(answer.code(429).header('retry-after', String(Math.ceil(waitMs / 1_000))), signInPage('Too many tries from here: wait a minute.'));
    const [name, password, code] = ['name', 'password', 'code'].map((wanted) => field(request, wanted)) as [string, string, string];
    const outcome = await signIn(book, clock, { name, password, code });
    const known = book.operatorAccount(name);
    book.noteOperatorAction({
      who: known?.name ?? 'unknown',
      role: known?.role ?? '',
      action: 'sign in',
      about: request.ip,
      outcome: outcome.ok ? 'ok' : outcome.error.code,
    });
    if (!outcome.ok || known === null) return send(answer.code(401), signInPage(outcome.ok ? '' : outcome.error.message));
    return gate.welcome(answer, sessions.open(known));
  });
  app.post(
    '/operator/sign-out',
    gate.guarded('see-fleet', (_caller, request, answer) => {
      const token = gate.sessionOf(request);
      if (token !== null) sessions.close(token);
      return gate.goodbye(answer);
    }),
  );
}

function programs(app: FastifyInstance, gate: OperatorGate, deps: OperatorPagesDeps): void {
  const view = (): Promise<OperatorView> => viewHeadend(deps, deps.clock.wallMs());
  const json = (permission: 'see-money' | 'see-fleet', make: () => unknown) =>
    gate.guarded(permission, async (_caller, _request, answer) => answer.type('application/json; charset=utf-8').send(JSON.stringify(await make())));
  app.get('/operator.json', json('see-money', view));
  app.get(
    '/operator/bills.json',
    json('see-money', () => ({ bills: viewBills(deps.book), ledger: viewLedger(deps.book) })),
  );
  app.get(
    '/operator/sessions.json',
    json('see-money', async () => {
      const { openSessions, recentSessions } = await view();
      return { open: openSessions, recent: recentSessions };
    }),
  );
  app.get(
    '/operator/outlets.json',
    json('see-fleet', async () => ({ outlets: (await view()).outlets })),
  );
}
