import { chooseBackground } from '../../src/domain/queue/background-choice.ts';
import { limits } from '../../src/limits.ts';
import { HOUSE_PAYER } from '../stores/payer-credit.ts';
import type { BoxParts } from './box-parts.ts';
import type { PlayStarter } from './play-starter.ts';

/** Music of the house: what a box plays while nobody has chosen anything. */
export class HouseMusic {
  readonly #parts: Pick<BoxParts, 'book' | 'catalogue' | 'random'>;
  readonly #starter: PlayStarter;
  #playing: string | null = null;

  constructor(parts: Pick<BoxParts, 'book' | 'catalogue' | 'random'>, starter: PlayStarter) {
    this.#parts = parts;
    this.#starter = starter;
  }

  /** @returns whether something of it waits in the queue now */
  async choose(): Promise<boolean> {
    const { book, catalogue, random } = this.#parts;
    const works = catalogue.works();
    const heard = await book.lastHeard(limits.backgroundHistory);
    const chosen = chooseBackground(
      works.map(({ id }) => id),
      heard,
      (below) => randomBelow(random.bytes(4), below),
    );
    const work = works.find(({ id }) => id === chosen);
    return work !== undefined && (await this.#starter.enqueueForHouse(work));
  }

  /** To be told of every play that begins, and of null when none sounds. */
  async note(playId: string | null): Promise<void> {
    this.#playing = null;
    if (playId === null) return;
    const play = await this.#parts.book.play(playId);
    if (play?.payerId === HOUSE_PAYER) this.#playing = playId;
  }

  isPlaying(playId: string | null): boolean {
    return playId !== null && playId === this.#playing;
  }
}

function randomBelow(bytes: Uint8Array, below: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % below;
}
