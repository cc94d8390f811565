import { limits } from '../../src/limits.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { BoxEvent, IntentEvent } from './events.ts';

export interface ChannelHost {
  readonly works: () => readonly CatalogueWork[];
  readonly raise: (event: BoxEvent) => void;
  /** Ends what plays; the wish is granted when it is settled. */
  readonly instead: (wish: IntentEvent) => void;
  readonly now: () => { readonly playback: string; readonly digits: string; readonly workId: string | null };
}

/** What is ended for a channel that somebody asks for; whoever is about to pay, or is paying off, is left alone. */
const GIVES_WAY = /^(checkout|preListen|awaitingConfirmation|playing)/;

/** The channel map as a remote sees it: digits, and one further up or down. */
export class ChannelDesk {
  readonly #host: ChannelHost;
  #madeOf: readonly CatalogueWork[] | null = null;
  #channels: readonly CatalogueWork[] = [];

  constructor(host: ChannelHost) {
    this.#host = host;
  }

  /** In the order of their numbers. */
  channels(): readonly CatalogueWork[] {
    const works = this.#host.works();
    if (this.#madeOf === works) return this.#channels;
    this.#madeOf = works;
    this.#channels = channelsOf(works);
    return this.#channels;
  }

  /** What the digits so far would choose. */
  entry(): { readonly digits: string; readonly title: string | null } | null {
    const { digits } = this.#host.now();
    return digits === '' ? null : { digits, title: this.#find(Number(digits))?.title ?? null };
  }

  /** @returns whether the intent was about channels, and is dealt with */
  takes(event: IntentEvent): boolean {
    const { digits } = this.#host.now();
    if (event.type === 'intent.channel') this.#step(event.step);
    else if (event.type === 'intent.digit') {
      if (this.channels().length > 0) this.#digit(event);
    } else if (digits !== '' && event.type === 'intent.ok' && event.workId === undefined) this.#host.raise({ type: 'channel.enter' });
    else if (digits !== '' && event.type === 'intent.back') this.#host.raise({ type: 'channel.drop' });
    else return false;
    return true;
  }

  /** A channel has no end for which anything could wait: what is chosen meanwhile takes its place. */
  isWatching(): boolean {
    const { workId, playback } = this.#host.now();
    return playback.startsWith('playing') && this.channels().some((channel) => channel.id === workId);
  }

  tuneIn(digits: string): void {
    const channel = this.#find(Number(digits));
    if (channel !== null) this.#watch(channel);
    else this.#host.raise({ type: 'notice.say', code: 'no-channel', message: `No channel has the number ${Number(digits)}.` });
  }

  /** Where no longer number begins so, nobody is waited for. */
  #digit(event: IntentEvent): void {
    this.#host.raise(event);
    const { digits } = this.#host.now();
    const known = this.#find(Number(digits)) !== null;
    const longer = this.channels().some(
      (channel) => String(numberOf(channel)).length > String(Number(digits)).length && String(numberOf(channel)).startsWith(String(Number(digits))),
    );
    if (known && !longer) this.#host.raise({ type: 'channel.enter' });
  }

  #find(number: number): CatalogueWork | null {
    return this.channels().find((channel) => numberOf(channel) === number) ?? null;
  }

  /** Around the ends; from where nobody watches, the first or the last. */
  #step(step: number): void {
    const channels = this.channels();
    const { workId } = this.#host.now();
    const here = channels.findIndex((channel) => channel.id === workId);
    const from = here === -1 && step > 0 ? -1 : Math.max(0, here);
    const next = channels.at((from + Math.sign(step)) % Math.max(1, channels.length));
    if (next !== undefined) this.#watch(next);
  }

  #watch({ id }: CatalogueWork): void {
    const { playback, workId } = this.#host.now();
    const wish: IntentEvent = { type: 'intent.ok', workId: id };
    if (GIVES_WAY.test(playback)) {
      if (workId !== id) this.#host.instead(wish);
      return;
    }
    if (playback === 'outright' || playback === 'faulted') this.#host.raise({ type: 'intent.back' });
    this.#host.raise(wish);
  }
}

/** Digits that a number can have. */
export const CHANNEL_DIGITS = String(limits.channelNumberMax).length;

/** In the order of their numbers. */
export function channelsOf(works: readonly CatalogueWork[]): readonly CatalogueWork[] {
  return works.filter((work) => work.channel !== undefined).sort((left, right) => numberOf(left) - numberOf(right));
}

function numberOf({ channel }: CatalogueWork): number {
  return channel?.number ?? 0;
}
