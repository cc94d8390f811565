import type { Fault } from '../../src/units/result.ts';

/** Where a play would cost more than the household spends in a day. */
export const OVER_CAP_WORDS = 'That is more than may be spent here today: nothing was bought.';

/** Why a pre-listen can not be bought just now, by the code of the book. */
export function refusalWords(code: string): string {
  if (code === 'no-credit') return 'Not enough credit: please insert a coin, then press OK again.';
  if (code === 'over-cap') return OVER_CAP_WORDS;
  if (code === 'storage-low') return 'The box can not sell just now: its storage is full.';
  return 'This play is over already; choose again.';
}

export const STREAM_UNUSABLE: Fault = {
  code: 'stream-unusable',
  message: 'What the headend sends is not what was asked for; what was not heard is given back.',
};

export const STREAM_STARVED: Fault = {
  code: 'stream-starved',
  message: 'The network loses too much; what was not heard is given back.',
};

const RECEIPT_NOTES: Readonly<Record<string, string>> = { 'stream-starved': 'the network lost too much', 'headend-lost': 'the network stayed away' };

/** What the receipt says beside that a play failed; null where there is nothing to add. */
export function receiptNote(code: string): string | null {
  return RECEIPT_NOTES[code] ?? null;
}
