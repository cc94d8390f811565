import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../platform/migrate.ts';
import { projectRoot } from '../../platform/project-root.ts';
import type { AccountCreditStore } from '../../ports/account-credit-store.ts';
import type { ChannelStore } from '../../ports/channel-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore, RegistryStore, UsageStore } from '../../ports/headend-stores.ts';
import type { CommandStore, NonceStore, OutletStore } from '../../ports/outlet-store.ts';
import type { Random } from '../../ports/random.ts';
import type { TrialStore } from '../../ports/trial-store.ts';
import type { Currency } from '../../units/money.ts';
import { accountCreditRows } from './account-credit-rows.ts';
import { type AccountLineStore, accountLineRows } from './account-line-rows.ts';
import { type AccountStatementStore, accountStatementRows } from './account-statement-rows.ts';
import { type AlertStore, alertRows } from './alert-rows.ts';
import { catalogueRows } from './catalogue-rows.ts';
import { channelRows } from './channel-rows.ts';
import { type CheapestStore, cheapestRows } from './cheapest-rows.ts';
import { type CheckoutStore, checkoutRows } from './checkout-rows.ts';
import { commandRows } from './command-rows.ts';
import { type ConservationStore, conservationRows } from './conservation-rows.ts';
import { type ConstraintStore, constraintRows } from './constraint-rows.ts';
import { type ConsumerStore, consumerRows } from './consumer-rows.ts';
import { type GatewayStore, gatewayRows } from './gateway-rows.ts';
import { asHeadendBookError, HeadendBookError } from './headend-book-error.ts';
import { HeadendDatabase } from './headend-database.ts';
import { type HouseholdStore, householdRows } from './household-rows.ts';
import { type LoanStore, loanRows } from './loan-rows.ts';
import { type OperatorAccountStore, operatorAccountRows } from './operator-account-rows.ts';
import { type OperatorReportStore, operatorReportRows } from './operator-report-rows.ts';
import { type OperatorStore, operatorRows } from './operator-rows.ts';
import { outletRows } from './outlet-rows.ts';
import { ensureDefaultParties, readSetting, writeSetting } from './party-rows.ts';
import { type PaymentStore, paymentRows } from './payment-rows.ts';
import { type PolicyStore, policyRows } from './policy-rows.ts';
import { type PriceTrialStore, priceTrialRows } from './price-trial-rows.ts';
import { type PricingEventStore, pricingEventRows } from './pricing-event-rows.ts';
import { type PricingStore, pricingRows } from './pricing-rows.ts';
import { type PricingStateStore, pricingStateRows } from './pricing-state-rows.ts';
import { type PricingTreeStore, pricingTreeRows } from './pricing-tree-rows.ts';
import { type AbandonmentStore, registryRows } from './registry-rows.ts';
import { type RetentionStore, retentionRows } from './retention-rows.ts';
import { type SettlementStore, settlementRows } from './settlement-rows.ts';
import type { StoreContext } from './store-context.ts';
import { trialRows } from './trial-rows.ts';
import { type UnknownPlayStore, unknownPlayRows } from './unknown-play-rows.ts';
import { type UsageProcessingStore, usageProcessingRows } from './usage-processing-rows.ts';
import { type UsageReportStore, usageReportRows } from './usage-report-rows.ts';
import { type QuarantineStore, usageRows } from './usage-rows.ts';
import { type UsageTraceStore, usageTraceRows } from './usage-trace-rows.ts';
import { type VendorResultStore, vendorResultRows } from './vendor-result-rows.ts';

export interface HeadendBookOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Of the first account; an existing book keeps the one it began with. */
  readonly currency: Currency;
  readonly migrationsFolder?: string;
  /** How long a write waits for another program before `book-locked`. */
  readonly busyMs?: number;
}

/** The system of record of the headend: one SQLite file (design.md, "headend store"). */
export interface HeadendBook
  extends CatalogueStore,
    ChannelStore,
    RegistryStore,
    AbandonmentStore,
    UsageStore,
    QuarantineStore,
    UnknownPlayStore,
    OutletStore,
    CommandStore,
    NonceStore,
    PricingStore,
    PricingTreeStore,
    PolicyStore,
    PaymentStore,
    AccountStatementStore,
    AccountLineStore,
    PricingEventStore,
    PricingStateStore,
    VendorResultStore,
    AccountCreditStore,
    TrialStore,
    CheckoutStore,
    LoanStore,
    UsageProcessingStore,
    UsageReportStore,
    UsageTraceStore,
    GatewayStore,
    OperatorStore,
    OperatorAccountStore,
    AlertStore,
    PriceTrialStore,
    CheapestStore,
    OperatorReportStore,
    ConsumerStore,
    HouseholdStore,
    SettlementStore,
    ConstraintStore,
    RetentionStore,
    ConservationStore {
  getSetting(name: string): string | null;
  putSetting(name: string, value: string): void;
  close(): void;
}

const MIGRATIONS = join(projectRoot, 'migrations', 'headend');
/** "ACKH", written by the first migration. */
const APPLICATION_ID = 0x41434b48;

/**
 * Opens the headend's book, or begins one where there is no trace of an earlier one.
 * @throws HeadendBookError `book-damaged`, `book-locked`, `book-newer`, `storage-full`, `storage-failed`. A file that was there is
 * never replaced by an empty book: a truncated, foreign or damaged file is refused, and moving it aside is a person's decision.
 */
export function openHeadendBook(path: string, options: HeadendBookOptions): HeadendBook {
  try {
    if (!existsSync(path)) beginBook(path, options);
    else if (statSync(path).size === 0) throw new HeadendBookError('book-damaged', `${path} is empty`);
    const database = openSound(path, options);
    return composeBook({ database, clock: options.clock, random: options.random }, options.currency);
  } catch (thrown) {
    throw asHeadendBookError(thrown);
  }
}

/** Makes the new book under another name first: a file called headend.db is a whole book from its first moment on. */
function beginBook(path: string, options: HeadendBookOptions): void {
  const leftovers = [`${path}-wal`, `${path}-journal`].filter((file) => existsSync(file) && statSync(file).size > 0);
  if (leftovers.length > 0) throw new HeadendBookError('book-damaged', `${path} is missing, but ${leftovers.join(' and ')} is there`);
  const unfinished = `${path}.new`;
  for (const file of [unfinished, `${unfinished}-wal`, `${unfinished}-shm`]) rmSync(file, { force: true });
  const database = new HeadendDatabase(unfinished, options.busyMs);
  try {
    migrateBook(database, options);
    ensureDefaultParties({ database, clock: options.clock, random: options.random }, options.currency);
    database.raw.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  renameSync(unfinished, path);
}

function openSound(path: string, options: HeadendBookOptions): HeadendDatabase {
  const database = new HeadendDatabase(path, options.busyMs);
  try {
    const damage = database.raw.pragma('quick_check(1)', { simple: true });
    if (damage !== 'ok') throw new HeadendBookError('book-damaged', String(damage));
    if (database.raw.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
      throw new HeadendBookError('book-damaged', `${path} is not a headend book`);
    }
    migrateBook(database, options);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function migrateBook(database: HeadendDatabase, options: HeadendBookOptions): void {
  const outcome = migrate(database.raw, options.migrationsFolder ?? MIGRATIONS);
  if (!outcome.ok) throw new HeadendBookError('book-newer', outcome.error.message);
}

function composeBook(context: StoreContext, currency: Currency): HeadendBook {
  const parties = ensureDefaultParties(context, currency);
  const catalogue = catalogueRows(context);
  return {
    ...catalogue,
    ...channelRows(context, catalogue),
    ...registryRows(context),
    ...usageRows(context),
    ...unknownPlayRows(context),
    ...outletRows(context, parties),
    ...commandRows(context),
    ...pricingRows(context),
    ...pricingTreeRows(context),
    ...policyRows(context),
    ...paymentRows(context),
    ...accountStatementRows(context),
    ...accountLineRows(context),
    ...pricingEventRows(context),
    ...pricingStateRows(context),
    ...vendorResultRows(context),
    ...accountCreditRows(context),
    ...trialRows(context),
    ...checkoutRows(context),
    ...loanRows(context),
    ...usageProcessingRows(context),
    ...usageReportRows(context),
    ...usageTraceRows(context),
    ...gatewayRows(context),
    ...operatorRows(context),
    ...operatorAccountRows(context),
    ...alertRows(context),
    ...priceTrialRows(context),
    ...cheapestRows(context),
    ...operatorReportRows(context),
    ...consumerRows(context),
    ...householdRows(context),
    ...settlementRows(context),
    ...constraintRows(context),
    ...retentionRows(context),
    ...conservationRows(context),
    getSetting: (name) => readSetting(context, name),
    putSetting: (name, value) => writeSetting(context, name, value),
    close: () => context.database.close(),
  };
}
