import { type Command, type CommandContext, done } from './command.ts';

/** What shuts the slot, and what mends it. */
const CURES: Readonly<Record<string, string>> = {
  'door-open': 'the door contact is open: shut the door',
  'cash-box-full': 'the cash box is full: collect it (collect begin)',
  'fire-alarm': 'the fire alarm sounds: what is paid waits and goes on by itself',
  collecting: 'somebody collects: collect count AMOUNT, or collect cancel',
  'coin-jam': 'a coin is stuck: clear the acceptor',
  'acceptor-silent': 'the acceptor does not answer: look at its cable and its power',
  'acceptor-alien': 'another device answers where the acceptor should: look at the cable',
  'counter-went-back': 'the board counts less than before: was it changed? Restart the box',
  'counter-jumped': 'the board counts more than can have fallen: was it changed? Restart the box',
  'counter-invalid': 'the board’s counter can not be read: change the board',
  'factory-reset': 'the box is about to start with a new book',
  'no-coins-here': 'this box sells on account and has no slot',
  'book-not-writable': 'the book takes no writes: test storage',
  'storage-low': 'the disk is full: free space, or change the card',
  'out-of-service': 'the box is out of service, or the alarm sounds: service off',
  'nothing-playable': 'no song can be played: test network, and look at the account at the headend',
  'credit-full': 'there is as much credit as a box may hold: let somebody use it',
  'coins-waiting': 'a coin that fell is not in the book yet: test storage',
};

const showSelling: Command<CommandContext> = {
  name: 'show selling',
  help: 'why the box takes no coins, or that it does',
  roles: ['staff', 'technician', 'collector', 'headend'],
  guard: 'none',
  arguments: [],
  run: async ({ whyShut, box }) => {
    if (whyShut === undefined) return { ok: false, code: 'not-fitted', text: 'A simulation has no slot.', data: null };
    const reasons = [...new Set(whyShut())];
    if (reasons.length === 0) return done('Coins are taken, and songs are sold.', { reasons });
    const rows = reasons.map((code) => `${code.padEnd(20)}${CURES[code] ?? 'see log level=warn'}`);
    return done(['No coins are taken:', ...rows, `${'the screen says'.padEnd(20)}${box.view().sentence}`].join('\n'), { reasons });
  },
};

export const sellingCommands: readonly Command<CommandContext>[] = [showSelling];
