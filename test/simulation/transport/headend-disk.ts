import { join } from 'node:path';
import { defaultCreditTerms } from '../../../src/domain/credit/negotiate-credit.ts';
import type { Terms } from '../../../src/domain/credit/terms.ts';
import { accountCreditRows } from '../../../src/headend/stores/account-credit-rows.ts';
import { readBill } from '../../../src/headend/stores/bill-rows.ts';
import { HeadendDatabase } from '../../../src/headend/stores/headend-database.ts';
import { postedFor } from '../../../src/headend/stores/ledger-rows.ts';
import { outletRows } from '../../../src/headend/stores/outlet-rows.ts';
import { ensureDefaultParties } from '../../../src/headend/stores/party-rows.ts';
import { registryRows } from '../../../src/headend/stores/registry-rows.ts';
import type { StoreContext } from '../../../src/headend/stores/store-context.ts';
import { sha256Hex } from '../../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import { migrate } from '../../../src/platform/migrate.ts';
import { projectRoot } from '../../../src/platform/project-root.ts';
import type { AccountCreditStore } from '../../../src/ports/account-credit-store.ts';
import type { OutletRow, PaySessionRow, RegistryStore } from '../../../src/ports/headend-stores.ts';
import { asId } from '../../../src/units/ids.ts';
import { encodeTerms } from '../../../src/wire/terms-text.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Schedule } from './schedule.ts';
import { SimClock } from './sim-clock.ts';

/** The real stores of the headend over a database in memory, shared by all schedules of a run: each is a play of its own. */
export class HeadendDisk {
  readonly context: StoreContext;
  readonly registry: RegistryStore;
  readonly credit: AccountCreditStore;
  readonly outlet: OutletRow;
  readonly signer = generateDeviceKey().signer;

  constructor() {
    const database = new HeadendDatabase(':memory:');
    const migrated = migrate(database.raw, join(projectRoot, 'migrations', 'headend'));
    if (!migrated.ok) throw new Error(migrated.error.message);
    this.context = { database, clock: new SimClock(), random: new SeededRandom(1) };
    const parties = ensureDefaultParties(this.context, 'EUR');
    this.registry = registryRows(this.context);
    this.credit = accountCreditRows(this.context);
    const outlets = outletRows(this.context, parties);
    const devicePublicKey = this.signer.publicKey;
    outlets.putEnrolment({ devicePublicKey, nonce: new Uint8Array(16), name: 'Bar', profile: 'jukebox', createdAtMs: this.context.clock.wallMs() });
    const outlet = outlets.approveEnrolment(devicePublicKey, parties.account, parties.location);
    if (!outlet.ok) throw new Error(outlet.error.message);
    this.outlet = outlet.value;
  }

  /** What the checkout desk leaves behind before the first packet. */
  openPlay(schedule: Schedule): PaySessionRow {
    const terms = this.#terms(schedule);
    this.credit.setCreditCap(terms.account, schedule.accountPackets);
    const termsText = encodeTerms(terms);
    return this.registry.openSession({
      sid: terms.sid,
      playId: asId(`play-${terms.sid}`),
      outlet: this.outlet.outlet,
      account: terms.account,
      work: terms.work,
      termsText,
      terms,
      termsHash: sha256Hex(termsText),
      signature: '00'.repeat(64),
      epoch: 0,
      state: 'offered',
      counts: [],
      lostPaid: 0,
      nextSequence: 0,
      paidRanges: [],
      confirmEventId: null,
      receipt: null,
      openedAtMs: terms.issuedAtMs,
    });
  }

  bill(sid: PaySessionRow['sid']): ReturnType<typeof readBill> {
    return readBill(this.context, sid);
  }

  postedMinor(row: PaySessionRow): bigint {
    return postedFor(this.context, row.playId);
  }

  close(): void {
    this.context.database.close();
  }

  #terms({ seed, packets, packetMs, credit, trial, afterTrial, quoteMinor }: Schedule): Terms {
    const sid = sha256Hex(`schedule ${seed}`).slice(0, 32);
    return {
      version: 1,
      sid: asId(sid),
      // An account of its own, so that no schedule depends on those before it.
      account: asId(`account-${sid}`),
      outlet: this.outlet.outlet,
      location: this.outlet.location,
      licence: asId(`licence-${sid}`),
      work: asId('w1'),
      packets,
      packetMs,
      ...(packetMs === 20 ? {} : { rendition: 'h264-720' }),
      currency: 'EUR',
      nodes: [{ id: asId('n1'), vendor: asId('v1'), modelHash: '3'.repeat(64), quoteMinor: String(quoteMinor) }],
      pricingStateHash: '4'.repeat(64),
      credit: { ...defaultCreditTerms(), ...credit },
      trial,
      afterTrial,
      deviceEphemeral: '1'.repeat(64),
      headendEphemeral: '2'.repeat(64),
      issuedAtMs: 1_800_000_000_000,
      expiresAtMs: 1_800_000_900_000,
    };
  }
}
