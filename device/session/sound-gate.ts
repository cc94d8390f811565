import { limits } from '../../src/limits.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Player } from '../../src/ports/player.ts';
import type { SoundLevel } from './box-setup.ts';

type GatePlayer = Pick<Player, 'setVolume' | 'setZoneVolumes'>;

/** Between the volume and the player: what is wished is heard only as far as the venue's contacts and the mute key let it. */
export class SoundGate {
  readonly #player: GatePlayer;
  readonly #log: Log;
  #percent = 100;
  /** Where there are zones: the volume of all is what the gate lets through of the loudest one. */
  #zoned = false;
  #level: SoundLevel = 'open';

  constructor(player: GatePlayer, log: Log) {
    this.#player = player;
    this.#log = log;
  }

  async setVolume(percent: number): Promise<void> {
    this.#percent = percent;
    await this.#player.setVolume(this.#heard());
  }

  async setZoneVolumes(percents: readonly number[]): Promise<void> {
    this.#zoned = true;
    this.#percent = Math.max(...percents);
    // Through an open gate all of it goes; the first start left it where it was tried.
    await this.#player.setVolume(this.#heard());
    await this.#player.setZoneVolumes?.(percents);
  }

  /** At once, in every zone. The box comes up open, and the player with its volume: there is nothing to tell then. */
  allow(level: SoundLevel): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#player.setVolume(this.#heard()).catch((error: unknown) => this.#log.warn('volume-not-set', { why: String(error) }));
  }

  #heard(): number {
    const most = { open: 100, ducked: limits.duckedVolumePercent, silent: 0 }[this.#level];
    if (this.#zoned) return this.#percent <= most ? 100 : Math.round((100 * most) / this.#percent);
    return Math.min(this.#percent, most);
  }
}
