import { addDigit, dropDigit, isWhole, NO_DIGITS, type PinEntry, shownEntry, turnDial } from '../../src/domain/access/pin-entry.ts';
import { asksHouseholdPin } from '../../src/domain/access/viewing.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { Book } from '../stores/book-port.ts';
import type { ViewerRow } from '../stores/viewer-port.ts';
import type { BoxEvent, IntentEvent } from './events.ts';
import { type PinFault, ViewerPins } from './viewer-pins.ts';
import { GUEST, type ViewerView } from './viewer-view.ts';

export const HOUSEHOLD_PIN_SETTING = 'household-pin';
export const HOUSEHOLD_AGE_SETTING = 'household-age';
/** Who it was, for a start that takes up what he watches. */
const WATCHING_SETTING = 'watching';

export interface ViewerHost {
  readonly book: Pick<Book, 'viewers' | 'setWatching' | 'getSetting' | 'putSetting' | 'openPlays'>;
  readonly clock: Clock;
  readonly raise: (event: BoxEvent) => void;
  /** One after the other, beside what plays. */
  readonly later: (effect: () => Promise<void>) => void;
  /** As if somebody asked for it again. */
  readonly want: (wish: IntentEvent) => void;
  readonly identified: (consumerId: string | null) => Promise<void>;
  /** Of the statechart. */
  readonly state: () => ViewerView['state'];
  readonly changed: () => void;
}

/** What a PIN opens. */
type PinFor =
  | { readonly of: 'viewer'; readonly viewer: ViewerRow }
  | { readonly of: 'work'; readonly work: CatalogueWork; readonly wish: IntentEvent }
  | { readonly of: 'household' };

/** Who is before a household's box: the chooser, PINs, and what may be seen without one. Inert where nobody has a name and no age is set. */
export class ViewerDesk {
  readonly #host: ViewerHost;
  readonly #pins: ViewerPins;
  #people: readonly ViewerRow[] = [];
  #householdPin: string | null = null;
  #householdAge: number | null = null;
  /** Null: nobody chose; otherwise an id, or `guest`. */
  #current: string | null = null;
  #index = 0;
  #asks: PinFor | null = null;
  #entry: PinEntry = NO_DIGITS;
  #checking = false;
  /** Works that the PIN of the household opened for whoever watches now. */
  readonly #opened = new Set<string>();
  #householdUntilMs = 0;

  constructor(host: ViewerHost) {
    this.#host = host;
    this.#pins = new ViewerPins(host.book, host.clock);
  }

  /** Whoever watched what is taken up again goes on watching; otherwise somebody is asked who he is. */
  async start(): Promise<void> {
    const { book } = this.#host;
    if ((await book.openPlays()).length > 0) this.#current = (await book.getSetting(WATCHING_SETTING)) || null;
    await this.load();
  }

  /**
   * Reads who lives here, at the start and after each change. Whoever is gone watches no more.
   * @param asks false: whoever changes it is at the screen and busy; he is a guest until he says who he is
   */
  async load(asks = true): Promise<void> {
    const { book } = this.#host;
    this.#people = await book.viewers();
    this.#householdPin = (await book.getSetting(HOUSEHOLD_PIN_SETTING)) || null;
    this.#householdAge = Number((await book.getSetting(HOUSEHOLD_AGE_SETTING)) ?? 0) || null;
    const known = this.#current === GUEST || this.#find(this.#current) !== null;
    if (this.#people.length === 0) await this.#nobody();
    else if (!known && !asks) await this.#staysAsGuest();
    else if (known) await this.#becomes(this.#current ?? GUEST);
    else this.ask();
  }

  /** Opens the chooser, if there is somebody to choose. */
  ask(): void {
    this.#asks = null;
    if (this.#people.length === 0) return;
    this.#index = Math.max(
      0,
      this.view().people.findIndex(({ id }) => id === this.#current),
    );
    this.#host.raise({ type: 'viewer.asked' });
  }

  /** Nobody touched the box for so long: whoever comes next says who he is; a PIN that nobody keys is asked no more. */
  idle(idleMs: number, playback: string): void {
    const state = this.#host.state();
    if (state === 'pin' && idleMs >= limits.pinIdleMs) this.#leavePin();
    if (state !== 'watching' || playback !== 'browse' || idleMs < limits.viewerIdleMs) return;
    this.#current = null;
    this.#host.later(() => this.#tell());
    this.ask();
  }

  view(): ViewerView {
    const state = this.#host.state();
    const people = this.#people.map(({ viewerId, name, pin }) => ({ id: viewerId, name, locked: pin !== null }));
    const all = [...people, { id: GUEST, name: 'Guest', locked: false }];
    const asks = this.#asks;
    const name = asks === null || asks.of === 'household' ? '' : asks.of === 'viewer' ? asks.viewer.name : asks.work.title;
    const current = all.find(({ id }) => id === this.#current) ?? null;
    return {
      state,
      people: people.length === 0 ? [] : all,
      index: this.#index,
      current: current === null ? null : { id: current.id, name: current.name },
      pin: asks === null ? null : { of: asks.of, name, keyed: this.#entry.digits.length, shown: shownEntry(this.#entry) },
      householdOpen: this.isHouseholdOpen(),
    };
  }

  /** Whether what the household decides may be changed at the screen: always where it has no PIN. */
  isHouseholdOpen(): boolean {
    return this.#householdPin === null || monotonicMs(this.#host.clock) < this.#householdUntilMs;
  }

  /** Why a work is not for whoever watches, as things stand; null where it is. */
  refuses(work: CatalogueWork): Fault<'who-is-watching' | 'age-pin' | 'age'> | null {
    if (this.#people.length > 0 && this.#current === null) return { code: 'who-is-watching', message: 'Say first who is watching.' };
    const viewer = this.#find(this.#current);
    const belowAge = viewer === null ? this.#householdAge : viewer.belowAge;
    if (!asksHouseholdPin(work.ageRating, belowAge) || this.#opened.has(work.id)) return null;
    const rated = `${work.title} is rated ${work.ageRating}`;
    if (this.#householdPin === null) return { code: 'age', message: `${rated}; it can be opened once the household has a PIN (parental set pin=1234).` };
    return { code: 'age-pin', message: `${rated}: the PIN of the household opens it.` };
  }

  /** After a refusal: asks for what it lacks. @param wish what its PIN then does */
  askFor(work: CatalogueWork, code: string, wish: IntentEvent = { type: 'intent.ok', workId: work.id }): void {
    if (code === 'who-is-watching') this.ask();
    else if (code === 'age-pin') this.#askPin({ of: 'work', work, wish });
  }

  /** @returns whether the intent was about who is watching, and is dealt with */
  takes(event: IntentEvent): boolean {
    if (event.type === 'intent.who') this.ask();
    else if (event.type === 'intent.viewer') this.#host.later(() => this.#picked(event.viewer));
    else if (event.type === 'intent.household') this.#askHousehold();
    else if (this.#host.state() === 'pin') return this.#keys(event);
    else if (this.#host.state() === 'choosing') return this.#chooses(event);
    else return false;
    return true;
  }

  /** From the console. */
  async choose(nameOrId: string, pin: string | null): Promise<Result<null, PinFault | Fault<'no-such-viewer'>>> {
    if (nameOrId.toLowerCase() === GUEST && this.#people.length > 0) return await this.#becomes(GUEST);
    const viewer = this.#people.find(({ viewerId, name }) => viewerId === nameOrId || name.toLowerCase() === nameOrId.toLowerCase());
    if (viewer === undefined) return fault('no-such-viewer', `Nobody here is called ${nameOrId}; show viewers lists who is.`);
    const right = viewer.pin === null ? ok(null) : await this.#pins.check(viewer.pin, pin ?? '');
    return right.ok ? await this.#becomes(viewer.viewerId) : right;
  }

  #find(id: string | null): ViewerRow | null {
    return this.#people.find(({ viewerId }) => viewerId === id) ?? null;
  }

  #chooses(event: IntentEvent): boolean {
    const { people } = this.view();
    const step = event.type === 'intent.down' || event.type === 'intent.right' ? 1 : event.type === 'intent.up' || event.type === 'intent.left' ? -1 : 0;
    if (step !== 0) this.#index = (this.#index + step + people.length) % people.length;
    else if (event.type === 'intent.ok' && event.workId === undefined) this.#host.later(() => this.#picked(people[this.#index]?.id ?? GUEST));
    else if (event.type === 'intent.back' && this.#current !== null) this.#host.raise({ type: 'viewer.known' });
    else if (event.type !== 'intent.back') return false;
    this.#host.changed();
    return true;
  }

  #keys(event: IntentEvent): boolean {
    if (event.type === 'intent.back') {
      const shorter = dropDigit(this.#entry);
      if (shorter === null) this.#leavePin();
      else this.#entry = shorter;
    } else if (event.type === 'intent.up' || event.type === 'intent.down') this.#entry = turnDial(this.#entry, event.type === 'intent.up' ? 1 : -1);
    else if (event.type === 'intent.digit') this.#digit(event.digit);
    else if (event.type === 'intent.ok' && event.workId === undefined) this.#digit(this.#entry.dial);
    // Nothing else is chosen or moved behind the question; the volume is nobody's secret.
    else return event.type === 'intent.ok' || event.type === 'intent.left' || event.type === 'intent.right';
    this.#host.changed();
    return true;
  }

  #digit(digit: number): void {
    if (this.#checking) return;
    this.#entry = addDigit(this.#entry, digit);
    if (!isWhole(this.#entry)) return;
    this.#checking = true;
    this.#host.later(async () => {
      try {
        await this.#tryPin(this.#entry.digits);
      } finally {
        this.#checking = false;
      }
    });
  }

  async #tryPin(pin: string): Promise<void> {
    const asks = this.#asks;
    if (asks === null) return;
    const stored = asks.of === 'viewer' ? asks.viewer.pin : this.#householdPin;
    const right = stored === null ? ok(null) : await this.#pins.check(stored, pin);
    this.#entry = NO_DIGITS;
    if (!right.ok) this.#host.raise({ type: 'notice.say', code: right.error.code, message: right.error.message });
    else if (asks.of === 'viewer') await this.#becomes(asks.viewer.viewerId);
    else await this.#opens(asks);
    this.#host.changed();
  }

  async #opens(asks: Exclude<PinFor, { of: 'viewer' }>): Promise<void> {
    if (asks.of === 'household') this.#householdUntilMs = monotonicMs(this.#host.clock) + limits.householdOpenMs;
    else this.#opened.add(asks.work.id);
    this.#leavePin();
    if (asks.of === 'work') this.#host.want(asks.wish);
  }

  async #picked(id: string): Promise<void> {
    const viewer = this.#find(id);
    if (viewer === null && (id !== GUEST || this.#people.length === 0)) return;
    if (viewer !== null && viewer.pin !== null && id !== this.#current) this.#askPin({ of: 'viewer', viewer });
    else await this.#becomes(id);
  }

  #askHousehold(): void {
    if (this.isHouseholdOpen()) this.#host.changed();
    else this.#askPin({ of: 'household' });
  }

  #askPin(asks: PinFor): void {
    this.#asks = asks;
    this.#entry = NO_DIGITS;
    this.#host.raise({ type: 'pin.asked' });
  }

  /** Back to what was before the question. */
  #leavePin(): void {
    const wasViewer = this.#asks?.of === 'viewer';
    this.#asks = null;
    this.#entry = NO_DIGITS;
    if (this.#people.length === 0) this.#host.raise({ type: 'viewer.none' });
    else if (wasViewer || this.#current === null) this.ask();
    else this.#host.raise({ type: 'viewer.known' });
  }

  async #becomes(id: string): Promise<Result<null, never>> {
    if (id !== this.#current) {
      this.#opened.clear();
      this.#householdUntilMs = 0;
    }
    this.#current = id;
    this.#asks = null;
    this.#entry = NO_DIGITS;
    await this.#tell();
    this.#host.raise({ type: 'viewer.known' });
    return ok(null);
  }

  /** What was opened by a PIN stays open. */
  async #staysAsGuest(): Promise<void> {
    this.#current = GUEST;
    await this.#becomes(GUEST);
  }

  async #nobody(): Promise<void> {
    this.#current = null;
    this.#asks = null;
    await this.#tell();
    this.#host.raise({ type: 'viewer.none' });
  }

  /** Records and orders carry the pseudonym from now on; a guest has none. */
  async #tell(): Promise<void> {
    const consumerId = this.#find(this.#current)?.viewerId ?? null;
    await this.#host.book.setWatching(consumerId);
    await this.#host.identified(consumerId);
    await this.#host.book.putSetting(WATCHING_SETTING, this.#current ?? '');
  }
}
