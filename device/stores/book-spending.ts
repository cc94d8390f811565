import { ceilingFor, type DayCap, spendingDay, tightestCap } from '../../src/domain/access/spending-caps.ts';
import { openZone, type Zone } from '../../src/domain/rating/zone.ts';
import { assert } from '../../src/units/assert.ts';
import type { BookCore } from './book-core.ts';
import { readSetting } from './settings-rows.ts';
import { ACCOUNT_CAP, GUEST_CAP } from './spending-rows.ts';
import type { SpendingBook } from './viewer-port.ts';

type Outcome<Method extends keyof SpendingBook> = Awaited<ReturnType<SpendingBook[Method]>>;

/** The clock on the wall of the household; absent: that of the machine. */
const TIME_ZONE_SETTING = 'time-zone';
const NO_PLAY = '';

/** What a household lets its people spend in a day. Decided inside the transaction that sets money aside. */
export class BookSpending {
  readonly #core: BookCore;
  #zone: { readonly name: string; readonly zone: Zone } | null = null;

  constructor(core: BookCore) {
    this.#core = core;
  }

  caps(): Outcome<'spendingCaps'> {
    const { spending, viewers } = this.#core.parts;
    const day = this.#day();
    const caps = new Map(spending.caps().map(({ who, capMinor }) => [who, capMinor]));
    const people = viewers.all().map(({ viewerId, name }) => ({ who: viewerId, name, spentMinor: this.#spentBy(viewerId, day, NO_PLAY) }));
    const all = [
      { who: ACCOUNT_CAP, name: ACCOUNT_CAP, spentMinor: this.#spentByAll(day, NO_PLAY) },
      ...people,
      ...(people.length === 0 ? [] : [{ who: GUEST_CAP, name: GUEST_CAP, spentMinor: this.#spentBy(null, day, NO_PLAY) }]),
    ];
    return all.map((one) => ({ ...one, capMinor: caps.get(one.who) ?? null }));
  }

  putCap(who: string, capMinor: bigint | null): Outcome<'putSpendingCap'> {
    if (!this.caps().some((cap) => cap.who === who)) return 'nobody';
    this.#core.transaction('put-cap', () => this.#core.parts.spending.putCap(who, capMinor));
    return 'ok';
  }

  /** What whoever watches may still spend today; null: there is no cap. */
  left(): Outcome<'spendingLeft'> {
    const tightest = tightestCap(this.#capsOf(this.#core.watching, this.#day(), NO_PLAY));
    return tightest === null ? null : { leftMinor: tightest.leftMinor, capMinor: tightest.cap.capMinor, of: tightest.cap.of };
  }

  /** What a play that is bought may cost by now, whoever changed a cap since; null: there is no cap. */
  ceilingOf(playId: string): Outcome<'spendingCeiling'> {
    const kept = this.#core.parts.spending.get(playId);
    return kept === null ? null : (tightestCap(this.#capsOf(kept.viewerId, kept.day, playId))?.leftMinor ?? null);
  }

  /** Before it is known whether it is bought: how it is paid. */
  noteTrial(playId: string, byTheMinute: boolean): void {
    this.#core.parts.spending.put({ playId, viewerId: this.#core.watching, day: this.#day(), ceilingMinor: 0n, byTheMinute });
  }

  /** Inside the transaction that sets the price aside. @returns false where a cap does not allow it */
  take(playId: string, priceMinor: bigint, byTheMinute = false): boolean {
    const { spending } = this.#core.parts;
    const [day, viewerId] = [this.#day(), this.#core.watching];
    const minutely = spending.get(playId)?.byTheMinute ?? byTheMinute;
    const left = tightestCap(this.#capsOf(viewerId, day, playId))?.leftMinor ?? null;
    const ceilingMinor = priceMinor === 0n ? 0n : ceilingFor(priceMinor, left, minutely);
    if (ceilingMinor === null) return false;
    spending.put({ playId, viewerId, day, ceilingMinor, byTheMinute: minutely });
    return true;
  }

  /** Beside one play. The account's cap holds for all together, so that a second name buys no second day. */
  #capsOf(viewerId: string | null, day: number, beside: string): readonly DayCap[] {
    const { spending } = this.#core.parts;
    return spending.caps().flatMap(({ who, capMinor }): readonly DayCap[] => {
      if (who === ACCOUNT_CAP) return [{ of: 'account', capMinor, spentMinor: this.#spentByAll(day, beside) }];
      return who === (viewerId ?? GUEST_CAP) ? [{ of: 'viewer', capMinor, spentMinor: this.#spentBy(viewerId, day, beside) }] : [];
    });
  }

  /** Here, and as far as it is known at the other boxes of the account. */
  #spentByAll(day: number, beside: string): bigint {
    const { spending } = this.#core.parts;
    return spending.spentByAll(day, beside) + spending.elsewhere(ACCOUNT_CAP, day);
  }

  #spentBy(viewerId: string | null, day: number, beside: string): bigint {
    const { spending } = this.#core.parts;
    return spending.spentBy(viewerId, day, beside) + spending.elsewhere(viewerId ?? GUEST_CAP, day);
  }

  /** By the clock that never goes back; by the wall where that is known to be right and further on. */
  #day(): number {
    const { clock, spending, wallQuality } = this.#core.parts;
    const wallMs = clock.wallMs();
    const nowMs = wallQuality(wallMs, 0) === 'synced' ? Math.max(wallMs, this.#core.nowMs()) : this.#core.nowMs();
    return spendingDay(nowMs, this.#zoneOnWall().offsetAt(nowMs), spending.lastDay());
  }

  #zoneOnWall(): Zone {
    const name = readSetting(this.#core.parts.database, TIME_ZONE_SETTING) || Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (this.#zone?.name === name) return this.#zone.zone;
    const opened = openZone(name);
    const zone = opened.ok ? opened : openZone('UTC');
    assert(zone.ok, 'every machine knows UTC');
    this.#zone = { name, zone: zone.value };
    return zone.value;
  }
}
