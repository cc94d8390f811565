import { clearScreenDown, cursorTo, emitKeypressEvents } from 'node:readline';
import type { BoxClient, ViewOfBox } from './box-client.ts';
import { renderTerminal } from './terminal-view.ts';

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

type Intent = Parameters<BoxClient['intent']>[0];

/** Keys of the live view; document 003's entry method is "3", as for a button. */
const INTENTS: Readonly<Record<string, Intent>> = {
  up: { type: 'intent.up' },
  down: { type: 'intent.down' },
  left: { type: 'intent.left' },
  right: { type: 'intent.right' },
  return: { type: 'intent.ok' },
  backspace: { type: 'intent.back' },
  escape: { type: 'intent.back' },
  space: { type: 'intent.play-pause' },
  s: { type: 'intent.skip' },
  '+': { type: 'intent.volume', delta: 5 },
  '-': { type: 'intent.volume', delta: -5 },
};

/** What a key did, where the view itself would not show it at once. */
const SAID: Readonly<Record<string, string>> = {
  'intent.ok': 'OK',
  'intent.back': 'back',
  'intent.play-pause': 'pause, or on again',
  'intent.skip': 'skipped: what was not heard is given back',
  'intent.volume': 'volume',
};

const COIN_MINOR = 100n;
/** So many of the last lines that the programs said stay until a key is pressed. */
const HEARD_MAX = 4;

/** What a person may want to open beside the view. */
export interface Addresses {
  readonly screenUrl: string;
  readonly operatorUrl: string;
  readonly consolePath: string | null;
}

/** What the programs say meanwhile (a file that was skipped, a box that starts again) would be painted over: it comes here. */
export type HearSaid = (listener: ((line: string) => void) | null) => void;

/** Draws the box live and passes keys on, until `q`, Ctrl-C or the signal. */
export async function runLiveView(client: BoxClient, addresses: Addresses, hearSaid: HearSaid, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  signal.addEventListener('abort', () => ended.abort());
  let latest: ViewOfBox | null = null;
  let message = '';
  let heard: readonly string[] = [];
  const draw = (): void => {
    if (latest === null) return;
    // A terminal without a size of its own says 0.
    const { columns, rows } = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
    paint(renderTerminal(latest, { ...addresses, columns, rows, message }));
  };
  const onKey = (_text: string, key: Key): void => {
    if (key.name === 'q' || (key.ctrl === true && key.name === 'c')) ended.abort();
    else respond(key);
  };
  const respond = (key: Key): void => {
    heard = [];
    act(client, key, latest, addresses)
      .then((said) => {
        message = said;
        draw();
      })
      .catch((error: unknown) => {
        message = error instanceof Error ? error.message : String(error);
        draw();
      });
  };
  hearSaid((line) => {
    heard = [...heard, line].slice(-HEARD_MAX);
    message = heard.join('\n');
    draw();
  });
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true);
  process.stdin.on('keypress', onKey);
  process.stdout.on('resize', draw);
  process.stdout.write('\u001b[?25l');
  try {
    await followUntilEnd(client, ended.signal, (view) => {
      latest = view;
      draw();
    });
  } finally {
    hearSaid(null);
    process.stdin.off('keypress', onKey);
    process.stdout.off('resize', draw);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write('\u001b[?25h\n');
  }
}

/** The box may restart under the view: then the view waits for it. */
async function followUntilEnd(client: BoxClient, signal: AbortSignal, onView: (view: ViewOfBox) => void): Promise<void> {
  while (!signal.aborted) {
    await client.follow(onView, signal).catch(() => {});
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function act(client: BoxClient, key: Key, view: ViewOfBox | null, addresses: Addresses): Promise<string> {
  if (key.name === 'c') {
    await client.coin(COIN_MINOR);
    return 'a coin of 1.00 fell';
  }
  if (key.name === 'r') return view?.lastReceipt?.text ?? 'no receipt yet';
  if (key.name === 'o') return `operator page ${addresses.operatorUrl}`;
  if (key.name === 'x') {
    const on = !(view?.nowPlaying?.play.acksSuppressed ?? false);
    await client.intent({ type: 'intent.suppress-acks', on });
    return on ? 'ACKs are held back: watch the window fill and the sender stop' : 'ACKs are sent again';
  }
  const intent = INTENTS[key.name ?? ''] ?? INTENTS[key.sequence ?? ''];
  if (intent === undefined) return '';
  await client.intent(intent);
  return SAID[intent.type] ?? '';
}

function paint(lines: readonly string[]): void {
  cursorTo(process.stdout, 0, 0);
  process.stdout.write(lines.map((line) => `${line}\u001b[K`).join('\n'));
  clearScreenDown(process.stdout);
}
