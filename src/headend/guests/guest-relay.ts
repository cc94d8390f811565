import { limits } from '../../limits.ts';
import { type Clock, monotonicMs } from '../../ports/clock.ts';
import type { GuestHouse } from '../../ports/guest-house.ts';
import type { GuestAnswer, GuestTurn, GuestWish } from '../../wire/guest-api.ts';

/** A box that has not asked for wishes for so long is away. */
const AWAY_MS = 3 * limits.guestHoldMs;

interface Waiting {
  readonly wish: GuestWish;
  readonly answered: (answer: GuestAnswer | null) => void;
}

interface Room {
  tokens: readonly string[];
  lastTurnMs: number;
  readonly waiting: Map<string, Waiting>;
  /** The box's question that is open now. */
  wake: (() => void) | null;
}

/**
 * Passes wishes of guests on to boxes behind any router, and their answers back. It decides nothing and keeps nothing: money, queue and
 * rules are the box's, and a restart costs a guest one more press.
 */
export class GuestRelay implements GuestHouse {
  readonly #clock: Clock;
  readonly #rooms = new Map<string, Room>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  admits(outlet: string, token: string): boolean {
    const room = this.#rooms.get(outlet);
    return room !== undefined && !this.#isAway(room) && room.tokens.includes(token);
  }

  async ask(outlet: string, wish: GuestWish): Promise<GuestAnswer | null> {
    const room = this.#rooms.get(outlet);
    if (room === undefined || this.#isAway(room) || room.waiting.size >= limits.guestWishes) return null;
    return await new Promise((resolve) => {
      const cancel = this.#clock.after(limits.guestAnswerMs, () => answered(null));
      const answered = (answer: GuestAnswer | null): void => {
        cancel();
        if (room.waiting.get(wish.id)?.answered === answered) room.waiting.delete(wish.id);
        resolve(answer);
      };
      // The same form sent twice: whoever sent it last is told.
      room.waiting.get(wish.id)?.answered(null);
      room.waiting.set(wish.id, { wish, answered });
      room.wake?.();
    });
  }

  /** The question of a box: answered at once where something is wished, else when something is, or after limits.guestHoldMs. */
  async turn(outlet: string, { tokens, answers }: GuestTurn): Promise<readonly GuestWish[]> {
    if (tokens.length === 0) return this.#shut(outlet);
    const room = this.#room(outlet);
    room.tokens = tokens;
    room.lastTurnMs = monotonicMs(this.#clock);
    for (const answer of answers) room.waiting.get(answer.id)?.answered(answer);
    // An older question of the same box: its connection was cut.
    room.wake?.();
    if (room.waiting.size === 0) await this.#wished(room);
    return [...room.waiting.values()].map(({ wish }) => wish).slice(0, limits.guestWishes);
  }

  async #wished(room: Room): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel();
        if (room.wake === wake) room.wake = null;
        resolve();
      };
      const cancel = this.#clock.after(limits.guestHoldMs, wake);
      room.wake = wake;
    });
    room.lastTurnMs = monotonicMs(this.#clock);
  }

  /** At once: nobody comes in, and whoever waits is told that nobody answers. */
  #shut(outlet: string): readonly GuestWish[] {
    const room = this.#rooms.get(outlet);
    this.#rooms.delete(outlet);
    for (const { answered } of [...(room?.waiting.values() ?? [])]) answered(null);
    room?.wake?.();
    return [];
  }

  #isAway(room: Room): boolean {
    return monotonicMs(this.#clock) - room.lastTurnMs > AWAY_MS;
  }

  /** Only enrolled boxes have one: there are as many as boxes. */
  #room(outlet: string): Room {
    const known = this.#rooms.get(outlet);
    if (known !== undefined) return known;
    const room: Room = { tokens: [], lastTurnMs: 0, waiting: new Map(), wake: null };
    this.#rooms.set(outlet, room);
    return room;
  }
}
