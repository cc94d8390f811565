import type { KeyName } from '../input/keys.ts';
import type { PanelFace } from '../panel/panel-face.ts';

export type Lamp = keyof PanelFace['lamps'];

/** Contacts that are no keys. All close to ground, and mean what their name says while they are closed. */
export type Contact = 'door-open' | 'cash-box-full' | 'fire-alarm' | 'paging';

/**
 * What is connected where: data, so that another board is another table. Pins are the numbers printed on an Arduino, or the line
 * numbers of a GPIO chip.
 */
export interface Wiring {
  /** Buttons close to ground; the board pulls them up. */
  readonly buttons: readonly { readonly key: KeyName; readonly pin: number }[];
  /** A rotary encoder's two contacts; clockwise is `clockwise`. */
  readonly encoder: { readonly a: number; readonly b: number; readonly clockwise: KeyName; readonly counterclockwise: KeyName } | null;
  readonly lamps: readonly { readonly lamp: Lamp; readonly pin: number }[];
  /** The amplifier's relay, closed while something sounds; null where there is none. */
  readonly amplifierPin: number | null;
  readonly contacts: readonly { readonly contact: Contact; readonly pin: number }[];
  /** The pins of the coin lines; on the panel board they are the firmware's own and only counted here. */
  readonly coinPins: readonly number[];
  /** High: coins are taken. Null where the board sees to it by itself. */
  readonly acceptPin: number | null;
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
  encoder: null,
  lamps: [
    { lamp: 'ok', pin: 10 },
    { lamp: 'back', pin: 11 },
    { lamp: 'playing', pin: 12 },
  ],
  amplifierPin: 13,
  contacts: [],
  coinPins: [2, 3],
  acceptPin: null,
};

/**
 * The 40-pin header that all Raspberry Pis here share, by GPIO number. Left free: 0 and 1 (HAT identity), 2 and 3 (I2C, the display),
 * 14 and 15 (the serial console), 18 to 21 (a sound card of the header, or gpio-ir on 18).
 */
const HEADER: Wiring = {
  buttons: [
    { key: 'KEY_UP', pin: 5 },
    { key: 'KEY_DOWN', pin: 6 },
    { key: 'KEY_OK', pin: 13 },
    { key: 'KEY_BACK', pin: 16 },
    { key: 'KEY_MUTE', pin: 26 },
  ],
  encoder: { a: 17, b: 27, clockwise: 'KEY_DOWN', counterclockwise: 'KEY_UP' },
  lamps: [
    { lamp: 'ok', pin: 22 },
    { lamp: 'playing', pin: 24 },
    { lamp: 'sign', pin: 25 },
  ],
  amplifierPin: 12,
  contacts: [
    { contact: 'door-open', pin: 9 },
    { contact: 'cash-box-full', pin: 10 },
    { contact: 'fire-alarm', pin: 11 },
    { contact: 'paging', pin: 23 },
  ],
  coinPins: [4, 7],
  acceptPin: 8,
};

export interface GpioBoard {
  readonly title: string;
  /** The GPIO chip is known by its label: its number differs from kernel to kernel. */
  readonly chipLabel: string;
  readonly wiring: Wiring;
}

/** Boards whose lines belong to the kernel. */
export const GPIO_BOARDS = {
  pi3: { title: 'Raspberry Pi 3', chipLabel: 'pinctrl-bcm2835', wiring: HEADER },
  zero2w: { title: 'Raspberry Pi Zero 2 W', chipLabel: 'pinctrl-bcm2835', wiring: HEADER },
  pi4: { title: 'Raspberry Pi 4', chipLabel: 'pinctrl-bcm2711', wiring: HEADER },
  pi5: { title: 'Raspberry Pi 5', chipLabel: 'pinctrl-rp1', wiring: HEADER },
  /** The virtual machine of the tests (qemu, -M virt): eight lines, of which line 3 is its power key. */
  'qemu-virt': {
    title: 'virtual machine',
    chipLabel: '9030000.pl061',
    wiring: {
      buttons: [
        { key: 'KEY_OK', pin: 0 },
        { key: 'KEY_DOWN', pin: 1 },
      ],
      encoder: null,
      lamps: [{ lamp: 'playing', pin: 2 }],
      amplifierPin: null,
      contacts: [{ contact: 'fire-alarm', pin: 4 }],
      coinPins: [5],
      acceptPin: 6,
    },
  },
} as const satisfies Readonly<Record<string, GpioBoard>>;

export type GpioBoardName = keyof typeof GPIO_BOARDS;

export function isGpioBoard(name: string): name is GpioBoardName {
  return Object.hasOwn(GPIO_BOARDS, name);
}

/** The simulated board is wired as a Raspberry Pi: what works on it is wired there, too. */
export const SIMULATED_WIRING = HEADER;

/** Every line in use, with its purpose, in the order of the lines. Inputs are pulled up and closed by a low level. */
export function linesOf(wiring: Wiring): readonly { readonly pin: number; readonly direction: 'in' | 'out'; readonly purpose: string }[] {
  const inputs = [
    ...wiring.buttons.map(({ key, pin }) => ({ pin, purpose: key })),
    ...(wiring.encoder === null
      ? []
      : [
          { pin: wiring.encoder.a, purpose: 'encoder A' },
          { pin: wiring.encoder.b, purpose: 'encoder B' },
        ]),
    ...wiring.contacts.map(({ contact, pin }) => ({ pin, purpose: contact })),
    ...wiring.coinPins.map((pin, index) => ({ pin, purpose: `coin line ${index + 1}` })),
  ].map((line) => ({ ...line, direction: 'in' as const }));
  const outputs = [
    ...wiring.lamps.map(({ lamp, pin }) => ({ pin, purpose: `lamp ${lamp}` })),
    ...(wiring.amplifierPin === null ? [] : [{ pin: wiring.amplifierPin, purpose: 'amplifier relay' }]),
    ...(wiring.acceptPin === null ? [] : [{ pin: wiring.acceptPin, purpose: 'coins accepted' }]),
  ].map((line) => ({ ...line, direction: 'out' as const }));
  return [...inputs, ...outputs].sort((left, right) => left.pin - right.pin);
}
