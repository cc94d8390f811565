import type { CoinWatch } from '../cash/coin-watch.ts';
import type { RemoteTeacher } from '../input/remote-teacher.ts';
import type { Board } from './board.ts';

/** What is fitted to the box, for the commands that look at it. Filled by whoever opens a part, emptied when it is gone. */
export class HardwareDesk {
  board: Board | null = null;
  coinWatch: CoinWatch | null = null;
  remotes: RemoteTeacher | null = null;
  /** Closes or opens a contact of the simulated board; null on a real one. */
  drive: ((pin: number, high: boolean) => boolean) | null = null;
}
