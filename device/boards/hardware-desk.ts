import type { CoinWatch } from '../cash/coin-watch.ts';
import type { RemoteTeacher } from '../input/remote-teacher.ts';
import type { Television } from '../television/television.ts';
import type { Board } from './board.ts';

/** An acceptor that can be asked who it is. */
export interface IdentifiedAcceptor {
  readonly title: string;
  /** Asked now, on its line; null where it does not answer. */
  identify(): Promise<{ readonly name: string; readonly expected: boolean } | null>;
}

/** Who may sign in on the serial console: what a technician can do for somebody without a PIN. */
export interface SignInDesk {
  /** Once, for whoever has no PIN. */
  newCode(): string;
  forgetPin(role: 'technician' | 'staff' | 'collector'): Promise<void>;
}

/** What is fitted to the box, for the commands that look at it. Filled by whoever opens a part, emptied when it is gone. */
export class HardwareDesk {
  board: Board | null = null;
  coinWatch: CoinWatch | null = null;
  remotes: RemoteTeacher | null = null;
  television: Television | null = null;
  acceptors: readonly IdentifiedAcceptor[] = [];
  /** The sign-in of the serial console; null where none asks for a PIN. */
  consoleKeys: SignInDesk | null = null;
  /** What the displays show for somebody to type back. */
  shownCode: string | null = null;
  /** The lamps that are lit for somebody to look, and no others; null: they say what the box does. */
  shownLamps: ReadonlySet<string> | null = null;
  /** Are told each press of a button or a remote, before the box follows it. */
  readonly keyListeners = new Set<(key: string, kind: string) => void>();
  /** Closes or opens a contact of the simulated board; null on a real one. */
  drive: ((pin: number, high: boolean) => boolean) | null = null;
}
