import type { Contact } from '../boards/wiring.ts';
import type { CashFaults } from '../cash/cash-faults.ts';
import type { BoxEvent } from '../session/events.ts';

export interface ContactParts {
  readonly box: { raise(event: BoxEvent): void };
  readonly faults: CashFaults;
}

const CASH_CONTACTS = {
  'door-open': 'The door of the box is open: no coins are taken until it is shut.',
  'cash-box-full': 'The cash box is full: no coins are taken until it is collected.',
} as const;

/** What a contact of the board means to the box. */
export function tellContact({ box, faults }: ContactParts, contact: Contact, closed: boolean): void {
  if (contact === 'fire-alarm') {
    // First the silence, then the paper.
    box.raise({ type: closed ? 'alarm.on' : 'alarm.off' });
    if (closed) faults.fault('fire-alarm', 'The fire alarm sounds: the box is silent, what is paid waits.');
  } else if (contact === 'paging') box.raise({ type: closed ? 'paging.on' : 'paging.off' });
  else if (closed) faults.fault(contact, CASH_CONTACTS[contact]);
  else faults.cleared(contact);
}
