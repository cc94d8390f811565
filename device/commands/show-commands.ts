import { type Currency, formatMoney } from '../../src/units/money.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { volumeLines } from './volume-commands.ts';

/** Of receipts that can be listed, and so refunded. */
export const RECEIPTS_MAX = 50;
const RECEIPT_NAME_LETTERS = 6;

/** What a person calls a receipt by: its number, or the last of its play's id where it has none. */
export function receiptName({ number, playId }: { readonly number?: string; readonly playId: string }): string {
  return number ?? playId.slice(-RECEIPT_NAME_LETTERS);
}

const everyone = ['customer', 'staff', 'technician', 'collector', 'headend'] as const;
const staff = ['staff', 'technician', 'collector', 'headend'] as const;

function amount(minor: bigint | string, currency: string): string {
  return formatMoney({ minor: BigInt(minor), currency: currency as Currency });
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name.padEnd(20)}${value}`).join('\n');
}

const showStatus: Command<CommandContext> = {
  name: 'show status',
  help: 'what the box is doing',
  roles: everyone,
  guard: 'none',
  arguments: [],
  run: async ({ box, sound }) => {
    const view = box.view();
    return done(
      rows([
        ['box', `${view.name} (${view.profile})`],
        ['says', view.sentence],
        ['playback', view.playback],
        ['coins', view.cash],
        ['headend', view.connectivity],
        ['service', view.service],
        ['credit', amount(view.creditMinor, view.currency)],
        ['works', String(view.catalogueSize)],
        ['queue', String(view.queue.length)],
        ...volumeLines(view).map((line) => ['volume', line] as const),
        ...(sound?.output.gone ? [['sound', `${sound.output.chosen} is gone, another output plays (audio)`] as const] : []),
        ...missingWords(sound).map((words) => ['sound', words] as const),
        ...(view.houseMusic ? [['music', 'of the house'] as const] : []),
        ...(view.housePays ? [['who pays', 'the house'] as const] : []),
      ]),
      view,
    );
  },
};

/** Zones that nobody hears, as the output has too few channels for them. */
export function missingWords(sound: CommandContext['sound']): readonly string[] {
  const missing = sound?.zones?.missing ?? null;
  if (missing === null) return [];
  const { zones, channels, wanted } = missing;
  return [
    `${zones.join(', ')} can not be heard: the output has ${channels} channels, and the zones need ${wanted}; audio device NUMBER chooses one that has them`,
  ];
}

const showLedger: Command<CommandContext> = {
  name: 'show ledger',
  help: 'the money of the box, and whether it balances',
  roles: staff,
  guard: 'none',
  arguments: [],
  run: async ({ book }) => {
    const books = await book.ledger();
    const lines = rows([
      ['cash box', amount(books.cashBoxMinor, books.currency)],
      ['cards', amount(books.cardMinor, books.currency)],
      ['account debt', amount(books.accountDebtMinor, books.currency)],
      ['credit', amount(books.patronCreditMinor, books.currency)],
      ['held', amount(books.heldMinor, books.currency)],
      ['earned', amount(books.earnedMinor, books.currency)],
      ['unclaimed', amount(books.unclaimedMinor, books.currency)],
      ['paid out', amount(books.refundedOutMinor, books.currency)],
      ['check', books.problem ?? 'balanced'],
    ]);
    return done(lines, Object.fromEntries(Object.entries(books).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value])));
  },
};

const showQueue: Command<CommandContext> = {
  name: 'show queue',
  help: 'what plays next, and when',
  roles: everyone,
  guard: 'none',
  arguments: [],
  run: async ({ box }) => {
    const queue = box
      .view()
      .queue.map((entry) => ({ title: entry.title, artist: entry.artist, heldMinor: entry.heldMinor.toString(), startsInMs: entry.startsInMs }));
    return done(
      queue.length === 0
        ? 'The queue is empty.'
        : queue.map((entry, index) => `${index + 1}. ${entry.title} (in about ${Math.round(entry.startsInMs / 60_000)} min)`).join('\n'),
      queue,
    );
  },
};

const showWorks: Command<CommandContext> = {
  name: 'show works',
  help: 'the catalogue, with numbers for play',
  roles: everyone,
  guard: 'none',
  arguments: [{ name: 'match', kind: 'text', required: false, help: 'part of a title or artist' }],
  run: async ({ box }, { match = '' }) => {
    const wanted = match.toLowerCase();
    const works = box.works().map((work, index) => ({ number: index + 1, ...work }));
    const shown = works.filter((work) => `${work.title} ${work.artist}`.toLowerCase().includes(wanted)).slice(0, 50);
    const line = (work: (typeof works)[number]): string =>
      `${String(work.number).padStart(4)}  ${work.title.slice(0, 36).padEnd(37)}${work.artist.slice(0, 20).padEnd(21)}${work.free ? 'free' : amount(work.priceMinor, work.currency)}`;
    return done(shown.length === 0 ? 'Nothing matches.' : shown.map(line).join('\n'), shown);
  },
};

const showReceipts: Command<CommandContext> = {
  name: 'show receipts',
  help: 'the last receipts',
  roles: staff,
  guard: 'none',
  arguments: [{ name: 'count', kind: 'integer', required: false, help: 'how many (5)' }],
  run: async ({ book }, { count = '5' }) => {
    const receipts = await book.receipts(Math.min(RECEIPTS_MAX, Math.max(1, Number(count))));
    const shown = receipts.map((receipt) => (receipt.number === undefined ? `Receipt ${receiptName(receipt)}\n${receipt.text}` : receipt.text));
    return done(shown.length === 0 ? 'No receipts yet.' : shown.join('\n\n'), receipts);
  },
};

const showStatements: Command<CommandContext> = {
  name: 'show statements',
  help: 'closing statements, and what the headend answered to them',
  roles: staff,
  guard: 'none',
  arguments: [{ name: 'count', kind: 'integer', required: false, help: 'how many (5)' }],
  run: async ({ box, book }, { count = '5' }) => {
    const settlements = await book.settlements(Math.min(50, Math.max(1, Number(count))));
    const { currency } = box.view();
    const line = ({ title, chargedMinor, verdict, reason }: (typeof settlements)[number]): string =>
      `${verdict.padEnd(11)}${amount(chargedMinor, currency).padEnd(12)}${title}${reason === '' ? '' : `\n${' '.repeat(11)}${reason}`}`;
    return done(settlements.length === 0 ? 'No closing statement was answered yet.' : settlements.map(line).join('\n'), settlements);
  },
};

const showOutbox: Command<CommandContext> = {
  name: 'show outbox',
  help: 'records written, and how far the headend has them',
  roles: staff,
  guard: 'none',
  arguments: [],
  run: async ({ book }) => {
    const state = await book.outboxState();
    return done(
      rows([
        ['generation', state.generation],
        ['written', String(state.written)],
        ['delivered through', String(state.acknowledgedThrough)],
        ['quarantined', String(state.quarantined)],
      ]),
      state,
    );
  },
};

export const showCommands: readonly Command<CommandContext>[] = [showStatus, showLedger, showQueue, showWorks, showReceipts, showStatements, showOutbox];
