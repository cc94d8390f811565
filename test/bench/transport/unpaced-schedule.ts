// In place of src/headend/stream/play-schedule.ts, in the bench and nowhere else: everything is due at once, and the credit window alone
// holds a stream back.
import type { Ahead } from '../../../src/headend/stream/play-schedule.ts';

// By an address that the loader does not know: the real ones.
const { filmAhead, paidAhead, plainAhead } = (await import(
  new URL('../../../src/headend/stream/play-schedule.ts?paced', import.meta.url).href
)) as typeof import('../../../src/headend/stream/play-schedule.ts');

export { filmAhead, paidAhead, plainAhead };

export class PlaySchedule {
  readonly burstPackets: number;

  constructor(_nowMs: number, ahead: Ahead) {
    this.burstPackets = ahead.lead;
  }

  due(): number {
    return Number.POSITIVE_INFINITY;
  }

  isBehind(): boolean {
    return false;
  }

  startAt(): void {}

  rebase(): void {}
}
