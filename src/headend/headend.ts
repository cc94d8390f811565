import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GuestPages } from '../guests/guest-pages.ts';
import { limits } from '../limits.ts';
import { hmacSha256 } from '../platform/crypto/digest.ts';
import { postJson } from '../platform/post-json.ts';
import { createRateLimit } from '../platform/rate-limit.ts';
import { type Clock, every, monotonicMs } from '../ports/clock.ts';
import type { OutletRow } from '../ports/headend-stores.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { tellPeople } from './alerts/alert-channels.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import { createCatalogueView } from './catalogue-view.ts';
import { createChannelRefusal } from './channels/channel-refusal.ts';
import { CheckoutDesk } from './checkout-desk.ts';
import { GuestRelay } from './guests/guest-relay.ts';
import type { HeadendConfig } from './headend-config.ts';
import { HouseholdDesk } from './household-desk.ts';
import { accountRoutes } from './http/account-routes.ts';
import { catalogueRoutes } from './http/catalogue-routes.ts';
import { creditRoutes } from './http/credit-routes.ts';
import { enrolRoutes } from './http/enrol-routes.ts';
import { guestPages } from './http/guest-pages.ts';
import { guestRoutes } from './http/guest-routes.ts';
import { householdRoutes } from './http/household-routes.ts';
import { createHttpServer } from './http/http-server.ts';
import { licenceRoutes, loanRoutes } from './http/licence-routes.ts';
import { policyRoutes } from './http/policy-routes.ts';
import { pricingLicenceRoutes } from './http/pricing-licence-routes.ts';
import { pricingRoutes } from './http/pricing-routes.ts';
import { recordRoutes } from './http/record-routes.ts';
import { createRequestGuard } from './http/request-guard.ts';
import type { Route } from './http/route.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { usageRoutes } from './http/usage-routes.ts';
import { CheckoutFees } from './licences/checkout-fees.ts';
import { LicenceDesk } from './licences/licence-desk.ts';
import { LoanDesk } from './licences/loan-desk.ts';
import { openStream } from './open-stream.ts';
import { operatorPages } from './operator/operator-pages.ts';
import { AccessDesk } from './pricing/access-desk.ts';
import { AccountDesk } from './pricing/account-desk.ts';
import { CheapestDesk } from './pricing/cheapest-desk.ts';
import { DebitDesk } from './pricing/debit-desk.ts';
import { VendorDesk } from './pricing/vendor-desk.ts';
import { type PostJson, VendorSender } from './pricing/vendor-sender.ts';
import { reachableHost } from './reachable-host.ts';
import { ResumeDesk } from './resume-desk.ts';
import { bookPath } from './sender/sender-place.ts';
import { guardFolder } from './stores/folder-guard.ts';
import { type HeadendBook, openHeadendBook } from './stores/headend-book.ts';
import { HeadendBookError } from './stores/headend-book-error.ts';
import { SegmentFiles } from './stores/segment-files.ts';
import type { StreamHouse } from './stream-port.ts';
import { EnrolmentDesk } from './trust/enrolment-desk.ts';
import { type HeadendTrust, openTrust } from './trust/headend-trust.ts';
import { serverNames } from './trust/server-names.ts';
import { ReportCommits } from './usage/report-commits.ts';
import { takeReportsInto } from './usage/usage-gateway.ts';
import { processSomeUsage } from './usage/usage-processor.ts';
import { createWorkQuote } from './work-quote.ts';

export interface HeadendDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface RunningHeadend {
  /** `https://host:port`, as a program on this machine reaches it. */
  readonly url: string;
  readonly httpPort: number;
  readonly rtspPort: number;
  readonly rtspUrl: string;
  readonly operatorUrl: string;
  readonly book: HeadendBook;
  readonly stream: StreamHouse;
  readonly trust: HeadendTrust;
  close(): Promise<void>;
}

export type HeadendFault = Fault<
  | 'already-running'
  | 'folder-unusable'
  | 'port-taken'
  | 'sender-away'
  | 'trust-damaged'
  | 'book-damaged'
  | 'book-locked'
  | 'book-newer'
  | 'storage-full'
  | 'storage-failed'
>;

/** Read with the first model: a headend that reads none does not hold libxml2. */
const loadReader = async () => (await import('../authoring/pricing/read-model.ts')).readModels;

/** What a box may owe before we have heard of it: for all, and per box. */
const FLOOR_SETTING = 'offline-floor-minor';
const SWEEP_MS = 60_000;
const ALERT_MS = 30_000;
/** Usage is processed in small pieces: a piece takes less than a packet. */
const PROCESS_MS = 1_000;
const PROCESS_RECORDS = 500;
/** Looked at for what is over its time, of each class, a minute. */
const FORGET_ROWS = 500;
const REFRESH_LICENCES = 20;
const VENDOR_MS = 5_000;
/** Unsigned requests of one address: a box polls its enrolment every 2 s at most. */
const OPEN_BURST = 60;
const OPEN_PER_SECOND = 5;
const OPEN_ADDRESSES = 10_000;
const CODES_BURST = 20;
const CODES_PER_SECOND = 0.2;

/** What was opened so far, to be closed in the opposite order, also where a later part fails to open. */
type Closing = (() => void | Promise<void>)[];

/** Puts a whole headend together and starts it. What it opened is closed again where a later part cannot start. */
export async function startHeadend(config: HeadendConfig, deps: HeadendDeps): Promise<Result<RunningHeadend, HeadendFault>> {
  const closing: Closing = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const headend = await assemble(config, deps, closing);
    if (headend.ok) return ok({ ...headend.value, close });
    await close();
    return headend;
  } catch (thrown) {
    await close();
    if (thrown instanceof HeadendBookError) return fault(thrown.code, thrown.message);
    throw thrown;
  }
}

async function assemble(config: HeadendConfig, deps: HeadendDeps, closing: Closing): Promise<Result<Omit<RunningHeadend, 'close'>, HeadendFault>> {
  const { clock, random, log } = deps;
  const guard = guardFolder(config.data);
  if (!guard.ok) return guard;
  closing.push(() => guard.value.release());
  const trust = await openTrust({ folder: config.data, names: serverNames(config.names), nowMs: clock.wallMs(), random });
  if (!trust.ok) return trust;
  const book = openHeadendBook(bookPath(config.data), { clock, random, currency: config.currency });
  closing.push(() => book.close());
  const segments = new SegmentFiles(join(config.data, 'segments'));
  const stream = await openStream(config, { ...deps, book, segments, trust: trust.value });
  if (!stream.ok) return stream;
  closing.push(() => stream.value.close());
  const http = await listen(config, { ...deps, book, segments, stream: stream.value, trust: trust.value });
  if (!http.ok) return http;
  closing.push(http.value.close);
  const alerts = new AlertDesk({ book, clock, log, tell: tellPeople });
  closing.push(every(clock, ALERT_MS, () => void alerts.look()));
  closing.push(every(clock, SWEEP_MS, () => void sweep(book, stream.value, log)));
  closing.push(every(clock, SWEEP_MS, () => forget(book, log)));
  closing.push(every(clock, PROCESS_MS, () => processUsage(book, log)));
  closing.push(every(clock, PROCESS_MS, () => refreshPricing(book, log)));
  const post: PostJson = (address, body) => postJson(clock, limits.httpTimeoutMs, address, body);
  const vendors = new VendorSender({ store: book, post, wallMs: () => clock.wallMs(), log });
  closing.push(every(clock, VENDOR_MS, () => void vendors.turn()));
  const rtspUrl = stream.value.rtspUrl(reachableHost(config.host));
  const url = `https://${bracketed(reachableHost(config.host))}:${http.value.port}`;
  return ok({
    url,
    httpPort: http.value.port,
    rtspPort: Number(new URL(rtspUrl).port),
    rtspUrl,
    operatorUrl: `${url}/operator`,
    book,
    stream: stream.value,
    trust: trust.value,
  });
}

interface RouteParts extends HeadendDeps {
  readonly book: HeadendBook;
  readonly segments: SegmentFiles;
  readonly stream: StreamHouse;
  readonly trust: HeadendTrust;
}

interface GuestParts {
  readonly relay: GuestRelay;
  /** Under which address phones reach this headend; null: as boxes do. */
  readonly base: string | null;
}

function composeRoutes({ clock, random, log, book, segments, stream, trust }: RouteParts, guests: GuestParts): readonly Route[] {
  const shared = { registry: book, catalogue: book, credit: book, trials: book, stream, signer: trust.signer, clock, random };
  const channelRefusal = createChannelRefusal(book);
  const accounts = new AccountDesk({ store: book, wallMs: () => clock.wallMs() });
  const access = new AccessDesk({ store: book, accounts, wallMs: () => clock.wallMs() });
  const { vendor } = book.defaults();
  const sold = createWorkQuote(book, vendor, clock, (work, outlet) => access.walk(work, outlet));
  // What is given is given once: a loan's price stands in its terms for every use.
  const quote = createWorkQuote(book, vendor, clock, (work, outlet) => ({ ...access.walk(work, outlet), free: false }));
  const enrolment = new EnrolmentDesk({ outlets: book, caDer: trust.caDer, headendPublicKey: trust.signer.publicKey, wallMs: () => clock.wallMs() });
  const vendors = new VendorDesk(book);
  const fees = new CheckoutFees({ store: book, clock, refusal: (work, outlet) => access.walk(work, outlet).refusal });
  const households = new HouseholdDesk({ store: book, clock });
  const desk = new LicenceDesk({ checkouts: book, loans: book, catalogue: book, quote, fees, households, clock, random });
  const floorMinor = ({ outlet }: OutletRow): string | null => book.getSetting(`${FLOOR_SETTING}/${outlet}`) ?? book.getSetting(FLOOR_SETTING);
  const loans = new LoanDesk({ checkouts: book, loans: book, catalogue: book, segments, quote, signer: trust.signer, clock, floorMinor });
  const commits = new ReportCommits(book, clock);
  const quota = createRateLimit(limits.outletRecordsBurst, limits.outletRecordsPerSecond, OPEN_ADDRESSES);
  const approvalLimit = createRateLimit(CODES_BURST, CODES_PER_SECOND, 1);
  return [
    ...enrolRoutes({ desk: enrolment, caPem: trust.caPem, log, monotonicMs: () => monotonicMs(clock), approvalLimit }),
    ...catalogueRoutes({
      catalogue: createCatalogueView(
        book,
        { partedWorks: () => book.partedWorks(), quote: createWorkQuote(book, vendor, clock), barredAt: (outlet) => book.barredAt(outlet) },
        clock,
      ),
      segments,
    }),
    ...sessionRoutes({
      checkout: new CheckoutDesk({ ...shared, quote: sold, households, channelRefusal }),
      resume: new ResumeDesk({ ...shared, channelRefusal }),
    }),
    ...licenceRoutes({ desk, catalogue: book, clock }),
    ...loanRoutes({
      ...{ desk, loans },
      putFloor: (outlet, minor) => book.putSetting(`${FLOOR_SETTING}/${outlet}`, minor),
      keepModel: async (xml) => vendors.upload(await loadReader(), vendor, xml),
    }),
    ...guestRoutes(guests),
    ...householdRoutes(households),
    ...usageRoutes({ usage: book }),
    ...accountRoutes({ desk: accounts, cheapest: new CheapestDesk({ store: book, wallMs: () => clock.wallMs() }), payments: book }),
    ...creditRoutes({ credit: book, accountName: (account) => book.accountName(account) }),
    ...policyRoutes({ store: book, wallMs: () => clock.wallMs() }),
    ...pricingLicenceRoutes({ access, desk: new DebitDesk(book), pricing: book, wallMs: () => clock.wallMs() }),
    ...pricingRoutes({ desk: vendors, pricing: book, loadReader, clock }),
    ...recordRoutes(
      takeReportsInto({ registry: book, quarantine: book, usage: book, commands: book, signer: trust.signer, stream, clock, log, commits, quota }),
    ),
  ];
}

type Listening = { readonly port: number; readonly close: () => Promise<void> };

async function listen(config: HeadendConfig, parts: RouteParts): Promise<Result<Listening, HeadendFault>> {
  const { book, trust, clock, random, log, stream } = parts;
  const relay = new GuestRelay(clock);
  const key = hmacSha256(new TextEncoder().encode(trust.operatorToken), new TextEncoder().encode('guests with phones'));
  const guests = new GuestPages({ house: relay, clock, random, key, secure: true });
  const guard = createRequestGuard({
    outlet: (id) => book.outlet(id),
    operatorToken: trust.operatorToken,
    monotonicMs: () => monotonicMs(clock),
    openLimit: createRateLimit(OPEN_BURST, OPEN_PER_SECOND, OPEN_ADDRESSES),
  });
  const server = createHttpServer({
    routes: composeRoutes(parts, { relay, base: config.guestUrl }),
    guard,
    certificatePem: trust.serverCertificatePem,
    keyPem: trust.serverKeyPem,
    log,
    pages: (app) => {
      void app.register(guestPages, guests);
      void app.register(operatorPages, { book, stream, clock, operatorToken: trust.operatorToken, loadReader });
    },
  });
  try {
    await server.listen({ port: config.httpPort, host: config.host });
  } catch (error) {
    await server.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fault(
      'port-taken',
      `TCP port ${config.httpPort} on ${config.host} cannot be used (${code}); stop the other program, or choose another with --http-port.`,
    );
  }
  return ok({ port: (server.server.address() as AddressInfo).port, close: () => server.close() });
}

/** Plays that nobody will close: billed by their last receipt. A failing book or a sender that is away is tried again at the next turn. */
async function sweep(book: HeadendBook, stream: StreamHouse, log: Log): Promise<void> {
  try {
    const live = await stream.live();
    for (const sid of book.sweepAbandoned((open) => live.has(open))) log.info('session-abandoned', { sid });
  } catch (error) {
    log.warn('sweep-failed', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Profiles follow the records; a report says how many boxes it is behind. */
function processUsage(book: HeadendBook, log: Log): void {
  try {
    processSomeUsage(book, PROCESS_RECORDS);
  } catch (error) {
    log.warn('usage-not-processed', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Data whose time is over goes, a little at a time. */
function forget(book: HeadendBook, log: Log): void {
  try {
    book.sweepRetention(FORGET_ROWS);
  } catch (error) {
    log.warn('retention-not-swept', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** What plays cost becomes state, invoices and postings; a failing book is tried again at the next turn. */
function refreshPricing(book: HeadendBook, log: Log): void {
  try {
    book.refreshLicences(REFRESH_LICENCES);
  } catch (error) {
    log.warn('pricing-not-refreshed', { reason: error instanceof Error ? error.message : String(error) });
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
