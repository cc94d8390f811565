import type { CommandOutcome } from '../session/box-view.ts';
import type { IntentEvent } from '../session/events.ts';
import { isLanguage, LANGUAGES } from '../texts/box-texts.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { findWork } from './find-work.ts';

const everyone = ['customer', 'staff', 'technician', 'headend'] as const;
/** Document 003's entry method for what comes over the console. */
const CONSOLE = '4';

function intent(name: string, help: string, event: IntentEvent): Command<CommandContext> {
  return {
    name,
    help,
    roles: everyone,
    guard: 'none',
    arguments: [],
    run: async ({ box }) => {
      box.intent(event, CONSOLE);
      return done(box.view().sentence);
    },
  };
}

const play: Command<CommandContext> = {
  name: 'play',
  help: 'pre-listens to a work; while one plays, queues it',
  roles: everyone,
  guard: 'none',
  arguments: [{ name: 'work', kind: 'text', required: true, help: 'a number of show works, an id, or part of a title' }],
  run: async ({ box }, { work = '' }): Promise<CommandOutcome> => {
    const workId = findWork(box, work);
    if (workId === null) return { ok: false, code: 'no-such-work', text: `No work matches ${JSON.stringify(work)}; try show works.`, data: null };
    box.intent({ type: 'intent.ok', workId }, CONSOLE);
    return done(box.view().sentence);
  },
};

/** A guest ends his own song; staff ends somebody else's, and he reads why. */
const skip: Command<CommandContext> = {
  name: 'skip',
  help: 'ends the song; what was not heard is given back; staff says why',
  roles: everyone,
  guard: 'none',
  arguments: [{ name: 'reason', kind: 'text', required: false, help: 'stands on the receipt' }],
  run: async ({ box, role }, { reason }) => {
    if (role === 'staff' && reason === undefined)
      return { ok: false, code: 'missing-argument', text: 'Say why: skip "too loud for the wedding". Who paid reads it on the receipt.', data: null };
    box.intent({ type: 'intent.skip', ...(reason === undefined ? {} : { reason }) }, CONSOLE);
    return done(box.view().sentence);
  },
};

const seek: Command<CommandContext> = {
  name: 'seek',
  help: 'jumps in the song that is paid for; what was paid is not paid again',
  roles: everyone,
  guard: 'none',
  arguments: [{ name: 'seconds', kind: 'integer', required: true, help: 'forward, or back with a minus' }],
  run: async ({ box }, { seconds = '0' }) => {
    box.intent({ type: 'intent.seek', byMs: 1_000 * Number(seconds) }, CONSOLE);
    return done(box.view().sentence);
  },
};

const language: Command<CommandContext> = {
  name: 'language',
  help: 'what the panel, the console and the screen say, unless a guest chooses otherwise',
  roles: ['staff', 'technician', 'headend'],
  guard: 'none',
  arguments: [{ name: 'code', kind: 'text', required: true, help: LANGUAGES.join(', ') }],
  run: async ({ box }, { code }): Promise<CommandOutcome> => {
    if (!isLanguage(code)) return { ok: false, code: 'bad-argument', text: `The languages of this box are ${LANGUAGES.join(', ')}.`, data: null };
    box.intent({ type: 'intent.language', language: code }, CONSOLE);
    return done(`language ${code}`);
  },
};

const acks: Command<CommandContext> = {
  name: 'acks',
  help: 'sends or suppresses acknowledgements: shows the credit window closing',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [{ name: 'send', kind: 'flag', required: true, help: 'on or off' }],
  run: async ({ box }, { send }) => {
    box.intent({ type: 'intent.suppress-acks', on: send === 'off' }, CONSOLE);
    return done(send === 'off' ? 'Acknowledgements are held back; the sender will stop after the credit window.' : 'Acknowledgements are sent again.');
  },
};

export const playCommands: readonly Command<CommandContext>[] = [
  play,
  intent('confirm', 'answers the question with yes', { type: 'intent.ok' }),
  intent('back', 'leaves the question', { type: 'intent.back' }),
  intent('pause', 'pauses, or goes on', { type: 'intent.play-pause' }),
  skip,
  intent('picture', 'the picture of a film fills the screen, or a part of it', { type: 'intent.picture' }),
  intent('stop', 'ends the song; what was not heard is given back', { type: 'intent.stop' }),
  language,
  seek,
  acks,
];
