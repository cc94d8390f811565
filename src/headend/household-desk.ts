import { ceilingFor, type DayCap, spendingDay, tightestCap } from '../domain/access/spending-caps.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutletRow } from '../ports/headend-stores.ts';
import { type Currency, formatMoney, money } from '../units/money.ts';
import type { Fault } from '../units/result.ts';
import type { HouseholdAnswer, HouseholdReport } from '../wire/household-api.ts';
import { ACCOUNT_CAP, GUEST_CAP, type HouseholdStore, type SpentBy } from './stores/household-rows.ts';

export interface HouseholdDeps {
  readonly store: HouseholdStore & { getSetting(name: string): string | null; putSetting(name: string, value: string): void };
  readonly clock: Clock;
}

/** What somebody is about to buy. */
export interface Sale {
  /** The session of a play; of a fee its own key. */
  readonly key: string;
  readonly fee: boolean;
  readonly title: string;
  readonly priceMinor: bigint;
  /** A channel, which is stopped where the money ends. */
  readonly byTheMinute: boolean;
}

/** Who buys; null: a guest. */
export type Spender = string | null;

const ZONE_SETTING = 'household-zone';
const NO_SALE = '';

/** The people and the spending caps of a household, over all of its boxes: what one box spent the other has not. Of venues it knows nothing. */
export class HouseholdDesk {
  readonly #deps: HouseholdDeps;

  constructor(deps: HouseholdDeps) {
    this.#deps = deps;
  }

  /** Takes what changed at a box, and says what holds. Of two boxes that change the same the later one is right. */
  tell({ account, outlet }: OutletRow, { zone, changes }: HouseholdReport): HouseholdAnswer {
    const { store } = this.#deps;
    if (openZone(zone).ok) store.putSetting(`${ZONE_SETTING}/${account}`, zone);
    for (const { who, capMinor, person } of changes) {
      if (person === null) store.removeHouseholdPerson(outlet, who);
      const people = store.householdPeople(account);
      const others = people.filter((one) => one.outlet === outlet && one.consumer !== who).length;
      const named = person != null && others < limits.viewersMax && store.putHouseholdPerson(account, { ...person, consumer: who, outlet });
      const known = named || who === ACCOUNT_CAP || who === GUEST_CAP || people.some(({ consumer }) => consumer === who);
      if (known && capMinor !== undefined) store.putHouseholdCap(account, who, capMinor === null ? null : BigInt(capMinor));
    }
    return this.#answer(account, outlet);
  }

  /**
   * Sets the price aside, before anything is agreed. All of it happens at once, so that two boxes that ask at the same time do not both get what is
   * left for one.
   * @returns why not, in words with all figures
   */
  reserve(outlet: OutletRow, consumer: Spender, sale: Sale): Fault<'over-cap'> | null {
    const { store } = this.#deps;
    const { account } = outlet;
    if (outlet.profile !== 'set-top' || sale.priceMinor === 0n) return null;
    const day = this.#day(account);
    const tightest = tightestCap(this.#capsOf(account, consumer, store.householdSpent(account, day, sale.key)));
    const ceilingMinor = ceilingFor(sale.priceMinor, tightest?.leftMinor ?? null, sale.byTheMinute);
    if (ceilingMinor === null && tightest !== null) return overCap(outlet, sale, tightest);
    store.putHouseholdSpending({ ...{ key: sale.key, account, outlet: outlet.outlet, consumer, day, fee: sale.fee }, ceilingMinor: ceilingMinor ?? 0n });
    return null;
  }

  /** For the operator: what each may spend and has spent today. */
  spending(account: string): readonly { readonly who: string; readonly capMinor: bigint | null; readonly spentMinor: bigint }[] {
    const { store } = this.#deps;
    const [caps, spent] = [store.householdCaps(account), store.householdSpent(account, this.#day(account), NO_SALE)];
    const whos = new Set([ACCOUNT_CAP, ...store.householdPeople(account).map(({ consumer }) => consumer), GUEST_CAP, ...caps.keys()]);
    return [...whos].map((who) => ({ who, capMinor: caps.get(who) ?? null, spentMinor: sumOf(spent, who) }));
  }

  #answer(account: string, outlet: string): HouseholdAnswer {
    const { store } = this.#deps;
    const day = this.#day(account);
    const elsewhere = store.householdSpent(account, day, NO_SALE).filter((one) => one.outlet !== outlet || one.fee);
    const whos = new Set([ACCOUNT_CAP, ...elsewhere.map(({ consumer }) => consumer ?? GUEST_CAP)]);
    const people = new Map(store.householdPeople(account).map(({ consumer, name }) => [consumer, name]));
    return {
      day,
      people: [...people].map(([consumer, name]) => ({ consumer, name })),
      caps: [...store.householdCaps(account)].map(([who, capMinor]) => ({ who, capMinor: capMinor?.toString() ?? null })),
      elsewhere: [...whos].map((who) => ({ who, spentMinor: sumOf(elsewhere, who).toString() })),
    };
  }

  #capsOf(account: string, consumer: Spender, spent: readonly SpentBy[]): readonly DayCap[] {
    const caps = this.#deps.store.householdCaps(account);
    const [all, own] = [caps.get(ACCOUNT_CAP) ?? null, caps.get(consumer ?? GUEST_CAP) ?? null];
    return [
      ...(all === null ? [] : [{ of: 'account' as const, capMinor: all, spentMinor: sumOf(spent, ACCOUNT_CAP) }]),
      ...(own === null ? [] : [{ of: 'viewer' as const, capMinor: own, spentMinor: sumOf(spent, consumer ?? GUEST_CAP) }]),
    ];
  }

  /** By the calendar of the household; never back. */
  #day(account: string): number {
    const { store, clock } = this.#deps;
    const zone = openZone(store.getSetting(`${ZONE_SETTING}/${account}`) ?? store.getSetting('time-zone') ?? 'UTC');
    const nowMs = clock.wallMs();
    return spendingDay(nowMs, zone.ok ? zone.value.offsetAt(nowMs) : 0, store.householdDay(account));
  }
}

/** @param who a consumer, the guests, or all of them */
function sumOf(spent: readonly SpentBy[], who: string): bigint {
  return spent.reduce((sum, { consumer, minor }) => (who === ACCOUNT_CAP || (consumer ?? GUEST_CAP) === who ? sum + minor : sum), 0n);
}

function overCap({ currency }: OutletRow, { title, priceMinor }: Sale, { cap, leftMinor }: NonNullable<ReturnType<typeof tightestCap>>): Fault<'over-cap'> {
  const text = (minor: bigint): string => formatMoney(money(minor, currency as Currency));
  const whose = cap.of === 'account' ? 'The household' : 'You';
  const words = `${whose} may spend ${text(cap.capMinor)} a day at all boxes together, and ${text(leftMinor)} of it is left; ${title} costs ${text(priceMinor)}.`;
  return { code: 'over-cap', message: words };
}
