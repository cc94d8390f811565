import { type ConfirmMode, confirms, type UserAction } from '../../src/domain/credit/confirmation.ts';
import type { Random } from '../../src/ports/random.ts';
import { toHex } from '../../src/units/bytes.ts';
import type { Book } from '../stores/book-port.ts';
import type { PlaySession } from './play-session.ts';

/**
 * Says that a bought work was received well, in the ways that its terms name (document 001, P24): `implicit-eof` once all of it is delivered,
 * `player-end` once the player has played it to its end. Who pressed the button in a pre-listen has said so already, and within a
 * pre-listen nothing but the button says anything. It closes the transaction and never stands for an ACK (A13).
 */
export class DeliveryConfirmation {
  readonly #parts: { readonly book: Book; readonly random: Random };
  readonly #playId: string;
  #given = false;

  constructor(parts: { readonly book: Book; readonly random: Random }, playId: string) {
    this.#parts = parts;
    this.#playId = playId;
  }

  /** Durable here before it is told (ruling 29). Told once, whatever is repeated. */
  async note(session: PlaySession, action: Exclude<UserAction, 'button'>): Promise<void> {
    const mode = modeOf(session.terms.confirmModes ?? [], action);
    if (mode === null || this.#given || session.terms.trial !== null || session.confirmEventId !== null) return;
    this.#given = true;
    const eventId = toHex(this.#parts.random.bytes(16));
    this.#given = (await this.#parts.book.confirmPlay(this.#playId, eventId)) === 'ok';
    if (!this.#given) return;
    session.confirm(eventId, mode);
    await session.writeReceipt();
  }
}

/** The agreed way in which this action means yes. */
function modeOf(agreed: readonly ConfirmMode[], action: UserAction): ConfirmMode | null {
  return agreed.find((mode) => confirms(mode, action, false)) ?? null;
}
