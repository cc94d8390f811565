import type { KeyName } from '../input/keys.ts';
import type { Contact, Lamp } from './wiring.ts';

/** What a board says. */
export interface BoardEvents {
  key(key: KeyName, down: boolean): void;
  /** A contact that stayed closed, or open again. */
  contact(contact: Contact, closed: boolean): void;
  /** The board can not be heard any more. Called once. */
  gone(message: string): void;
}

export interface BoardLine {
  readonly pin: number;
  readonly direction: 'in' | 'out';
  readonly purpose: string;
  /** Null where nobody can say. */
  readonly high: boolean | null;
}

/** A board, whatever it is made of. */
export interface Board {
  readonly title: string;
  lamp(lamp: Lamp, on: boolean): void;
  amplifier(on: boolean): void;
  /** A row of its own display, of 16 characters; null where it has none. */
  readonly show: ((row: 0 | 1, text: string) => void) | null;
  /** The wiring with the levels as they are. */
  lines(): readonly BoardLine[];
  close(): Promise<void>;
}
