import type { Meter } from '../../src/domain/cash/meters.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, every, sleep } from '../../src/ports/clock.ts';
import { type Currency, formatMoney } from '../../src/units/money.ts';
import type { BoxView, CommandOutcome, LiveOutput } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';

const UNTIL = 'until a key is pressed, or Ctrl-C';
export const WATCH_SECONDS = { name: 'seconds', kind: 'integer', required: false, help: 'for how long (600; 10 where nobody watches)' } as const;
const nobodyHere: CommandOutcome = { ok: false, code: 'not-fitted', text: 'A simulation has nothing to watch.', data: null };

/** Says a line each time there is another one. @returns ends it */
type Watched = (context: CommandContext & { readonly clock: Clock }, say: (line: string) => void) => () => void;

/**
 * Shows lines as they come, each with its time, until whoever watches has seen enough; where nobody watches they are gathered for a bounded
 * time and are the answer.
 */
export async function watchFor(clock: Clock, live: LiveOutput | undefined, seconds: string | undefined, begin: (say: (line: string) => void) => () => void) {
  const seen: string[] = [];
  const stop = begin((line) => {
    if (live !== undefined) return live.show(line);
    seen.push(line);
    if (seen.length > limits.watchedLines) seen.shift();
  });
  const [usual, longest] = live === undefined ? [limits.watchGatheredSeconds, limits.watchGatheredSecondsMax] : [limits.watchSeconds, limits.watchSecondsMax];
  const aborted = new Promise((resolve) => live?.signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([sleep(clock, 1_000 * Math.min(longest, Math.max(1, seconds === undefined ? usual : Number(seconds)))), aborted]);
  stop();
  return seen;
}

/** What a view says now, whenever it is something else; each of its lines once. */
function ofView(line: (view: BoxView) => string): Watched {
  return ({ box }, say) => {
    let last = '';
    const look = (view: BoxView): void => {
      const now = line(view);
      if (now !== last) say(now);
      last = now;
    };
    look(box.view());
    return box.onChange(look);
  };
}

/** Each meter that counts on, and the slot as it opens and shuts. */
const coins: Watched = ({ book, box, clock, whyShut }, say) => {
  const money = (minor: bigint): string => formatMoney({ minor, currency: box.view().currency as Currency });
  const said = new Map<string, string>();
  let counted = new Map<string, bigint>();
  const tell = (what: string, words: string): void => {
    if (said.get(what) !== words) say(words);
    said.set(what, words);
  };
  const count = (meters: readonly Meter[]): void => {
    for (const { name, lifetime } of meters) {
      const more = lifetime - (counted.get(name) ?? lifetime);
      const shown = (value: bigint): string => (name === 'cash' || name === 'card' ? money(value) : String(value));
      if (more !== 0n) say(`${name} +${shown(more)}, ${shown(lifetime)} ever`);
    }
    counted = new Map(meters.map(({ name, lifetime }) => [name, lifetime]));
  };
  const look = async (): Promise<void> => {
    const why = whyShut?.() ?? [];
    tell('slot', why.length === 0 ? `slot ${box.view().cash}` : `slot ${box.view().cash}: ${why.join(', ')}`);
    count(await book.meters());
    tell('credit', `credit ${money(BigInt(box.view().creditMinor))}`);
  };
  void look();
  // A book that is closing answers no more, and then nobody watches either.
  return every(clock, limits.watchLookMs, () => void look().catch(() => {}));
};

const packets = ofView(({ nowPlaying, playback }) => {
  if (nowPlaying === null) return `${playback}: nothing plays`;
  const { play } = nowPlaying;
  const unpaid = `unpaid ${play.unpaidPackets} of ${play.creditWindowPackets}`;
  return `${play.phase} sent ${play.sentPackets} ack ${play.acknowledgedPackets} ${unpaid} lost ${play.lostPackets} gaps ${play.audibleGaps}${play.stalled === null ? '' : ` waits for ${play.stalled}`}`;
});

const keys: Watched = ({ hardware }, say) => {
  const hear = (key: string, kind: string): void => say(`${key} ${kind}`);
  hardware?.keyListeners.add(hear);
  return () => hardware?.keyListeners.delete(hear);
};

const regions = ofView(({ playback, cash, connectivity, service, sound }) => `${playback}  coins ${cash}  ${connectivity}  ${service}  sound ${sound}`);

function watch(what: string, help: string, watched: Watched, roles: Command<CommandContext>['roles']): Command<CommandContext> {
  return {
    name: `watch ${what}`,
    help: `${help}, a line each time, ${UNTIL}`,
    roles,
    guard: 'none',
    arguments: [WATCH_SECONDS],
    run: async (context, { seconds }) => {
      const { clock, live, hardware } = context;
      if (clock === undefined || hardware === undefined) return nobodyHere;
      const lines = await watchFor(clock, live, seconds, (say) =>
        watched({ ...context, clock }, (line) => say(`${new Date(clock.wallMs()).toISOString().slice(11, 19)} ${line}`)),
      );
      return done(lines.join('\n') || (live === undefined ? 'Nothing changed.' : 'No longer watched.'), lines);
    },
  };
}

export const liveCommands: readonly Command<CommandContext>[] = [
  watch('coins', 'each coin, card and odd burst as the meters count it, the credit, and what shuts the slot', coins, ['technician', 'staff']),
  watch('packets', 'what was sent, acknowledged, is unpaid and was lost', packets, ['technician', 'staff']),
  watch('keys', 'the keys of buttons and remotes, which the box goes on to follow', keys, ['technician', 'staff']),
  watch('state', 'the regions of the box', regions, ['technician', 'staff']),
];
