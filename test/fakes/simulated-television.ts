import type { CecBus, CecPower, CecWord } from '../../device/television/cec-bus.ts';

/** A television on a CEC line, and who else is on it. */
export class SimulatedTelevision implements CecBus {
  /** What was put on the line, in order. */
  readonly heard: CecWord[] = [];
  /** Null: the cable leads nowhere. */
  address: string | null = '1.0.0.0';
  deaf = false;
  state: CecPower = 'standby';
  /** What is seen on it; null: its own programme. */
  input: string | null = null;
  volume = 20;

  async join(): Promise<string | null> {
    return this.address;
  }

  async send(word: CecWord): Promise<boolean> {
    this.heard.push(word);
    if (this.address === null || this.deaf) return false;
    if (word === 'standby') this.state = 'standby';
    if (word === 'image-view-on') this.state = 'on';
    if (word === 'active-source') this.input = this.address;
    if (word === 'volume-up') this.volume += 1;
    if (word === 'volume-down') this.volume -= 1;
    return true;
  }

  async power(): Promise<CecPower | null> {
    return this.address === null || this.deaf ? null : this.state;
  }

  async activeSource(): Promise<string | null> {
    return this.input;
  }
}
