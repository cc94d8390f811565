import type { Clock } from '../../src/ports/clock.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Random } from '../../src/ports/random.ts';
import type { WallQuality } from '../../src/units/time.ts';
import type { HardwareDesk } from '../boards/hardware-desk.ts';
import type { MpvPlayer } from '../media/mpv-player.ts';
import type { Recording } from '../media/wav-file.ts';
import type { BoxView } from '../session/box-view.ts';

export interface TestResult {
  readonly part: string;
  /** `ABSENT`: not fitted, or nobody was there to look; never counted as well. */
  readonly result: 'PASS' | 'FAIL' | 'ABSENT';
  /** What was measured, or why nothing was. */
  readonly text: string;
}

export interface SelfTestParts {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly player: Pick<MpvPlayer, 'heardSample' | 'silent' | 'capture' | 'playFile' | 'output'> & Partial<Pick<MpvPlayer, 'zones'>>;
  /** Of the sound: this zone alone; absent: every one. */
  readonly zone?: string;
  /** What the input of the box hears for so long; null: it has none. */
  readonly hearInput: (seconds: number) => Promise<Recording | null>;
  readonly hardware: HardwareDesk;
  readonly headend: Pick<LicenceApi, 'licences'>;
  readonly view: () => BoxView;
  readonly wallQuality: (wallMs: number) => WallQuality;
}

export type SelfTest = (parts: SelfTestParts) => Promise<TestResult>;
