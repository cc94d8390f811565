import type { KeyName } from '../input/keys.ts';
import type { PanelFace } from '../panel/panel-face.ts';

export type Lamp = keyof PanelFace['lamps'];

/** What is connected where: data, so that another board is another table. Pins are the numbers printed on the board. */
export interface Wiring {
  /** Buttons close to ground; the board pulls them up. */
  readonly buttons: readonly { readonly key: KeyName; readonly pin: number }[];
  readonly lamps: readonly { readonly lamp: Lamp; readonly pin: number }[];
  /** The amplifier's relay, closed while something sounds; null where there is none. */
  readonly amplifierPin: number | null;
  readonly coinLines: number;
}

/** The panel board (device/firmware/pins.h): an ATmega328P with our firmware. Its coin lines and its display have fixed pins. */
export const PANEL_BOARD: Wiring = {
  buttons: [
    { key: 'KEY_UP', pin: 5 },
    { key: 'KEY_DOWN', pin: 6 },
    { key: 'KEY_OK', pin: 7 },
    { key: 'KEY_BACK', pin: 8 },
    { key: 'KEY_PLAYPAUSE', pin: 9 },
  ],
  lamps: [
    { lamp: 'ok', pin: 10 },
    { lamp: 'back', pin: 11 },
    { lamp: 'playing', pin: 12 },
  ],
  amplifierPin: 13,
  coinLines: 2,
};
