import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { GATEWAY_ROUTES, POISON_REASON } from '../../domain/usage/gateway-routes.ts';
import { createRateLimit, type RateLimit } from '../../platform/rate-limit.ts';
import { type Clock, monotonicMs } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { EntityProgress, GatewayStore } from '../stores/gateway-rows.ts';
import type { Administrator } from './administration.ts';
import { boundLines } from './bound-lines.ts';
import type { EntityConfig } from './gateway-config.ts';

/** Transactions sent and not answered yet: an entity that is slow slows only itself. */
const IN_FLIGHT_MAX = 64;
const LOOK_MS = 200;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
/** No welcome, or no answer to what was sent, for this long: the entity hangs. */
const SILENCE_MS = 20_000;
/** A connection that ended so often before the same transaction was answered: it goes alone, and after as many times more it is kept aside. */
const BREAKS_BEFORE_ALONE = 2;
const BREAKS_ALONE = 3;
/** What an entity may say beside its answers: lines a second. */
const ADMINISTRATION_BURST = 20;
const ADMINISTRATION_PER_SECOND = 5;

export interface EntityStatus extends EntityProgress {
  readonly name: string;
  readonly kind: EntityConfig['kind'];
  readonly up: boolean;
  /** Transactions of the outbox that it has not passed yet. */
  readonly behind: number;
  readonly lastContactMs: number | null;
}

export interface EntityLinkDeps {
  readonly store: GatewayStore;
  readonly administrator: Administrator;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The gateway's side of one entity (Fig. 7, 268-274): connects, shows its secret, sends what the routing table has for it in commit
 * order, and moves on as the entity answers. What is not answered waits in the book, and is sent again after the next connect.
 */
export class EntityLink {
  readonly #entity: EntityConfig;
  readonly #deps: EntityLinkDeps;
  #progress: EntityProgress;
  #kept: EntityProgress;
  readonly #refusals: { readonly number: number; readonly reason: string }[] = [];
  #sentThrough = 0;
  #unanswered: number[] = [];
  #socket: Socket | null = null;
  #up = false;
  #lastContactMs: number | null = null;
  #stopped = false;
  #cancelLook: () => void = () => {};
  #cancelSilence: () => void = () => {};
  readonly #pace: RateLimit | null;
  readonly #administration = createRateLimit(ADMINISTRATION_BURST, ADMINISTRATION_PER_SECOND, 1);
  /** The first transaction without an answer when a connection ended, and how often that was so. */
  #suspect = { number: 0, breaks: 0 };
  /** Nothing was answered since one was kept aside: then it is the entity that is broken. */
  #keptOneAside = false;
  #wake: () => void = () => {};

  constructor(entity: EntityConfig, deps: EntityLinkDeps) {
    this.#entity = entity;
    this.#deps = deps;
    this.#pace = entity.perSecond === undefined ? null : createRateLimit(Math.max(1, Math.ceil(entity.perSecond / 5)), entity.perSecond, 1);
    this.#progress = deps.store.entityProgress(entity.name);
    this.#kept = this.#progress;
  }

  status(): EntityStatus {
    const { name, kind } = this.#entity;
    const behind = Math.max(0, this.#deps.store.lastTransaction() - this.#progress.through);
    return { name, kind, up: this.#up, behind, lastContactMs: this.#lastContactMs, ...this.#progress };
  }

  async run(): Promise<void> {
    for (let waitMs = RETRY_MIN_MS; !this.#stopped; waitMs = Math.min(RETRY_MAX_MS, 2 * waitMs)) {
      if (await this.#serve()) waitMs = RETRY_MIN_MS / 2;
      if (!this.#stopped) await this.#pause(waitMs);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    this.#socket?.destroy();
  }

  #pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(waitMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** One connection, to its end. @returns whether the entity had welcomed us */
  async #serve(): Promise<boolean> {
    const { host, port, token, name } = this.#entity;
    const socket = connect({ host, port });
    this.#socket = socket;
    const lines = createInterface({ input: boundLines(socket) });
    // A connection that breaks ends its lines too; by itself only a clean end would.
    socket.on('error', () => {}).once('close', () => lines.close());
    socket.once('connect', () => socket.write(`${JSON.stringify({ hello: 'ackbox-gateway', entity: name, token })}\n`));
    this.#sentThrough = this.#progress.through;
    this.#unanswered = [];
    let welcomed = false;
    this.#listenOn();
    try {
      for await (const line of lines) {
        this.#lastContactMs = this.#deps.clock.wallMs();
        this.#listenOn();
        const said = parse(line);
        if (!welcomed) {
          if (said.welcome !== true) break;
          welcomed = true;
          this.#up = true;
          this.#deps.log.info('entity-up', { entity: name });
        } else if (typeof said.number === 'number') this.#answered(said.number, said);
        else this.#administer(said);
        this.#send();
      }
      this.#keep();
    } catch (error) {
      this.#giveUp(error);
    }
    this.#cancelLook();
    this.#cancelSilence();
    socket.destroy();
    if (welcomed && !this.#stopped) this.#noteBreak();
    if (this.#up) this.#deps.log.warn('entity-down', { entity: name });
    this.#up = false;
    return welcomed;
  }

  /** An entity that hangs is taken for one that is away. */
  #listenOn(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#deps.clock.after(SILENCE_MS, () => (this.#up && this.#unanswered.length === 0 ? this.#listenOn() : this.#socket?.destroy()));
  }

  #administer(said: Readonly<Record<string, unknown>>): void {
    const waitMs = this.#administration.take('', monotonicMs(this.#deps.clock));
    const { administration, id } = said;
    if (waitMs === 0) this.#write(this.#deps.administrator(this.#entity, said));
    else this.#write({ administration, id, ok: false, code: 'quota-used-up', retryAfterMs: waitMs });
  }

  /** What an entity never survives is kept aside, so that it does not hold up what comes after it. */
  #noteBreak(): void {
    const [number] = this.#unanswered;
    if (number === undefined) return;
    this.#suspect = number === this.#suspect.number ? { number, breaks: this.#suspect.breaks + 1 } : { number, breaks: 1 };
    if (this.#keptOneAside || this.#suspect.breaks < BREAKS_BEFORE_ALONE + BREAKS_ALONE) return;
    this.#keptOneAside = true;
    this.#deps.log.warn('transaction-set-aside', { entity: this.#entity.name, number });
    this.#refusals.push({ number, reason: POISON_REASON });
    this.#progress = { ...this.#progress, through: number, refused: this.#progress.refused + 1 };
    this.#suspect = { number: 0, breaks: 0 };
    this.#keepAll();
  }

  #answered(number: number, said: Readonly<Record<string, unknown>>): void {
    if (this.#unanswered[0] !== number) return void this.#socket?.destroy();
    this.#unanswered.shift();
    this.#keptOneAside = false;
    const taken = said.ok === true;
    if (!taken) this.#refusals.push({ number, reason: String(said.reason ?? '').slice(0, 200) });
    const { forwarded, refused } = this.#progress;
    const through = this.#unanswered.length === 0 ? this.#sentThrough : number;
    this.#progress = { through, forwarded: forwarded + (taken ? 1 : 0), refused: refused + (taken ? 0 : 1) };
    if (this.#unanswered.length === 0 || this.#progress.through - this.#kept.through >= IN_FLIGHT_MAX) this.#keep();
  }

  /** Not at every answer: after a crash some transactions are sent again, and the entity knows them by number. */
  #keep(): void {
    if (this.#progress.through === this.#kept.through) return;
    this.#deps.store.putEntityProgress(this.#entity.name, this.#progress, this.#refusals.splice(0));
    this.#kept = this.#progress;
  }

  /** Where the book can not be written now, the transaction is tried once more later. */
  #keepAll(): void {
    try {
      this.#keep();
    } catch (error) {
      this.#refusals.length = 0;
      this.#giveUp(error);
    }
  }

  /** As many as may be under way. What is not for this entity is passed over. */
  #send(): void {
    this.#cancelLook();
    const atOnce = this.#suspect.breaks >= BREAKS_BEFORE_ALONE && this.#progress.through < this.#suspect.number ? 1 : IN_FLIGHT_MAX;
    const room = atOnce - this.#unanswered.length;
    const next = room > 0 ? this.#deps.store.transactionsAfter(this.#sentThrough, room) : [];
    let held = false;
    for (const transaction of next) {
      const wanted = GATEWAY_ROUTES[transaction.type].includes(this.#entity.kind);
      held = wanted && (this.#pace?.take('', monotonicMs(this.#deps.clock)) ?? 0) > 0;
      if (held) break;
      this.#sentThrough = transaction.number;
      if (wanted) {
        if (this.#unanswered.length === 0) this.#listenOn();
        this.#unanswered.push(transaction.number);
        this.#write({ ...transaction, body: parse(transaction.body) });
      } else if (this.#unanswered.length === 0) this.#progress = { ...this.#progress, through: transaction.number };
    }
    if (this.#unanswered.length === 0) this.#keep();
    if (held || next.length < room || this.#unanswered.length === 0) this.#cancelLook = this.#deps.clock.after(LOOK_MS, () => this.#look());
  }

  #look(): void {
    try {
      this.#send();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** A book that cannot be read or written now: the next connection begins where the book says. */
  #giveUp(error: unknown): void {
    this.#deps.log.warn('entity-not-served', { entity: this.#entity.name, reason: error instanceof Error ? error.message : String(error) });
    this.#progress = this.#kept;
    this.#socket?.destroy();
  }

  #write(message: unknown): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
