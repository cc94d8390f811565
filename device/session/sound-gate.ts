import { limits } from '../../src/limits.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Player } from '../../src/ports/player.ts';
import type { SoundLevel } from './box-setup.ts';

/** Between the volume and the player: what is wished is heard only as far as the venue's contacts and the mute key let it. */
export class SoundGate {
  readonly #player: Pick<Player, 'setVolume'>;
  readonly #log: Log;
  #percent = 100;
  #level: SoundLevel = 'open';

  constructor(player: Pick<Player, 'setVolume'>, log: Log) {
    this.#player = player;
    this.#log = log;
  }

  async setVolume(percent: number): Promise<void> {
    this.#percent = percent;
    await this.#player.setVolume(this.#heard());
  }

  /** At once. The box comes up open, and the player with its volume: there is nothing to tell then. */
  allow(level: SoundLevel): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#player.setVolume(this.#heard()).catch((error: unknown) => this.#log.warn('volume-not-set', { why: String(error) }));
  }

  #heard(): number {
    return Math.min(this.#percent, { open: 100, ducked: limits.duckedVolumePercent, silent: 0 }[this.#level]);
  }
}
