import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

export type ViewerFault = Fault<'bad-name' | 'bad-pin' | 'bad-age'>;

const PIN = /^\d{4}$/;
const OLDEST = 21;
/** What stands for nobody by name, and what the account itself is called. */
const TAKEN = /^(guest|account|none)$/i;

/** Whether a work is shown only to who knows the PIN of the household (document 002, R-5). */
export function asksHouseholdPin(ageRating: number | undefined, belowAge: number | null): boolean {
  return ageRating !== undefined && belowAge !== null && ageRating >= belowAge;
}

export function readName(text: string): Result<string, ViewerFault> {
  const name = text.trim();
  const bad = name === '' || name.length > limits.viewerNameCharacters || TAKEN.test(name) || /\p{C}/u.test(name);
  return bad ? fault('bad-name', `A name has 1 to ${limits.viewerNameCharacters} letters, and is not guest, account or none.`) : ok(name);
}

/** Four digits, as a remote has them; `none` for no PIN. */
export function readPin(text: string): Result<string | null, ViewerFault> {
  if (text === 'none') return ok(null);
  return PIN.test(text) ? ok(text) : fault('bad-pin', 'A PIN has four digits, or is none.');
}

/** Years; `none` for no bound. */
export function readAge(text: string): Result<number | null, ViewerFault> {
  if (text === 'none') return ok(null);
  const age = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return age >= 1 && age <= OLDEST ? ok(age) : fault('bad-age', `An age is a number from 1 to ${OLDEST}, or none.`);
}
