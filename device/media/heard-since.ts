import { limits } from '../../src/limits.ts';
import type { Player } from '../../src/ports/player.ts';

/** The player may have played on while the app was away; what it says is believed within what it can have held. Samples at 48 kHz. */
export async function heardSince(player: Pick<Player, 'heardSample'>, kept: number): Promise<number> {
  // Where nothing says that this pass was heard, the player may hold another: the trial before it, or the work before.
  if (kept === 0) return 0;
  const now = await player.heardSample();
  const mostSamples = 48 * (2 * limits.receiptIntervalMs + limits.playoutBufferMs);
  return now > kept && now - kept <= mostSamples ? now : kept;
}
