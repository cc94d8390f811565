import { isIPv6 } from 'node:net';
import type { FencedWork } from '../../domain/credit/agree-paid.ts';
import { limits } from '../../limits.ts';
import { type Clock, monotonicMs, sleep } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { SenderCall, SenderSetup } from '../../wire/sender-link.ts';
import { type AdmittedSession, SenderAway, type StreamHouse, type StreamView } from '../stream-port.ts';
import { RegistryLink } from './registry-link.ts';
import { type SocketPlace, senderSocket } from './sender-place.ts';
import { admissionOf } from './session-admission.ts';

export interface RemoteStreamDeps {
  /** The data folder: the sender listens in it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly setup: SenderSetup;
}

export type AttachFault = Fault<'sender-away' | 'port-taken'>;

/** A sender that starts again is found after this long; one that stays away is looked for less often. */
const LOOK_MS = 20;
const LOOK_LATER_MS = 250;
const SOON_MS = 5_000;

/** Finds the sender of this folder, which runs already or is starting. Goes on looking for the next one whenever it is gone. */
export async function attachSender(deps: RemoteStreamDeps): Promise<Result<StreamHouse, AttachFault>> {
  const house = new RemoteStreamHouse(deps);
  const attached = await house.begin();
  if (attached.ok) return ok(house);
  await house.close();
  return attached;
}

/**
 * The streaming half as the registry has it where the sender is a process of its own. Every call may be repeated: where a sender dies
 * over one, it goes to the next, which knows no session. Calls wait for a sender that starts again, and reject with SenderAway.
 */
class RemoteStreamHouse implements StreamHouse {
  readonly #deps: RemoteStreamDeps;
  readonly #place: SocketPlace;
  readonly #waiting = new Set<(link: RegistryLink | null) => void>();
  #link: RegistryLink | null = null;
  #rtspPort = 0;
  #closed = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: RemoteStreamDeps) {
    this.#deps = deps;
    this.#place = senderSocket(deps.folder);
  }

  /** Resolves when a sender serves, or cannot. */
  begin(): Promise<Result<void, AttachFault>> {
    const { clock, folder } = this.#deps;
    return new Promise((resolve) => {
      const away = `No sender answers in ${folder}; start it there (ackbox headend does), or leave out --sender apart.`;
      const cancel = clock.after(limits.senderStartMs, () => resolve(fault('sender-away', away)));
      this.#looking = this.#look((outcome) => {
        cancel();
        resolve(outcome);
      });
    });
  }

  async admit(session: AdmittedSession): Promise<void> {
    await this.#ask({ call: 'admit', admission: admissionOf(session) });
  }

  async fence(sid: string): Promise<FencedWork | null> {
    return (await this.#ask({ call: 'fence', sid })) as FencedWork | null;
  }

  rtspUrl(host: string): string {
    return `rtsp://${isIPv6(host) ? `[${host}]` : host}:${this.#rtspPort}/`;
  }

  async live(): Promise<ReadonlySet<string>> {
    return new Set((await this.#ask({ call: 'live' })) as readonly string[]);
  }

  /** For people who look: they do not wait for a sender that is away. */
  async views(): Promise<readonly StreamView[]> {
    const answer = await this.#link?.call({ call: 'views' });
    if (answer?.ok !== true) throw new SenderAway();
    return answer.value as readonly StreamView[];
  }

  /** Lets the sender be: it streams on, and another registry finds it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const settle of [...this.#waiting]) settle(null);
    this.#link?.close();
    await this.#looking;
    this.#place.release();
  }

  async #ask(call: SenderCall): Promise<unknown> {
    const { clock } = this.#deps;
    const deadlineMs = monotonicMs(clock) + limits.senderWaitMs;
    for (;;) {
      const link = this.#link ?? (await this.#untilAttached(deadlineMs - monotonicMs(clock)));
      const answer = await link?.call(call);
      if (answer?.ok === true) return answer.value;
      if (answer?.ok === false) throw new Error(`the sender refused ${call.call}: ${answer.message}`);
      if (this.#closed || monotonicMs(clock) >= deadlineMs) throw new SenderAway();
    }
  }

  #untilAttached(withinMs: number): Promise<RegistryLink | null> {
    return new Promise((resolve) => {
      const settle = (link: RegistryLink | null): void => {
        cancel();
        this.#waiting.delete(settle);
        resolve(link);
      };
      const cancel = this.#deps.clock.after(Math.max(0, withinMs), () => settle(null));
      this.#waiting.add(settle);
    });
  }

  /** @param first hears that a sender serves, or that it cannot; also later, when nobody listens any more */
  async #look(first: (outcome: Result<void, AttachFault>) => void): Promise<void> {
    const { clock } = this.#deps;
    let awayMs = monotonicMs(clock);
    while (!this.#closed) {
      const link = await RegistryLink.open(this.#place.path, clock);
      if (link !== null) {
        const taken = await this.#attach(link);
        if (taken !== null) first(fault('port-taken', taken));
        else if (this.#link !== null) first(ok(undefined));
        await this.#untilGone(link);
        awayMs = monotonicMs(clock);
      }
      if (!this.#closed) await sleep(clock, monotonicMs(clock) - awayMs < SOON_MS ? LOOK_MS : LOOK_LATER_MS);
    }
  }

  /** @returns words where the sender cannot listen where it should; null where it serves, or starts anew */
  async #attach(link: RegistryLink): Promise<string | null> {
    const { log, setup } = this.#deps;
    // A port that was free for the taking stays the same over a restart of the sender: boxes know it.
    const answer = await link.call({ call: 'open', setup: { ...setup, rtspPort: setup.rtspPort || this.#rtspPort } });
    if (this.#closed) link.close();
    if (answer?.ok !== true) {
      link.close();
      if (answer !== null) log.warn('sender-not-opened', { code: answer.code, todo: answer.message });
      return answer?.code === 'port-taken' ? answer.message : null;
    }
    this.#rtspPort = (answer.value as { readonly rtspPort: number }).rtspPort;
    this.#link = link;
    log.info('sender-attached', { rtspPort: this.#rtspPort });
    for (const settle of [...this.#waiting]) settle(link);
    return null;
  }

  async #untilGone(link: RegistryLink): Promise<void> {
    await link.gone;
    if (this.#link !== link) return;
    this.#link = null;
    if (!this.#closed) this.#deps.log.warn('sender-gone');
  }
}
