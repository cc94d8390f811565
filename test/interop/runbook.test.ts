import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../fakes/house.ts';
import { Picocom } from '../fakes/picocom.ts';
import { RunbookSite } from '../fakes/runbook-site.ts';
import { normalised, type RunbookFence, type RunbookLine, readRunbook, Stand, unfolded, writeLine } from './runbook-text.ts';

/**
 * The runbook of technicians, played: every line of its fences is typed by a real picocom on the cable of a real box, and what is seen
 * is what stands there. ACKBOX_WRITE_RUNBOOK=1 writes down instead what was seen, to be read before it is committed.
 */
const FILE = join(import.meta.dirname, '..', '..', 'deploy', 'RUNBOOK.md');
const WRITES = process.env.ACKBOX_WRITE_RUNBOOK === '1';
const BOOTSTRAP = join(import.meta.dirname, '..', '..', 'src', 'cli', 'bootstrap.mjs');
const REMOTE_CODES = Array.from({ length: 12 }, (_, index) => 0x1e_10 + index);
const TWO_EUROS = 5;
const BUTTONS = ['KEY_UP', 'KEY_DOWN', 'KEY_OK', 'KEY_BACK', 'KEY_MUTE', 'KEY_MUTE'];

const site = new RunbookSite();
const stand = new Stand();
let terminal!: Picocom;

/** What hands do at the box, in the words of the runbook. */
const HANDS: Readonly<Record<string, () => Promise<void>>> = {
  'The box is switched on.': async () => {
    site.start();
    stand.put('7K3M-PQ2R-9XTD', String((await site.told('enrol-code')).code));
    await terminal.waits();
    await site.until('the first question', (view) => (view.firstBoot === null ? null : view));
  },
  'The box is enrolled.': async () => {
    await site.told('ready');
    await site.until('songs that can be sold', (view) => (view.catalogueSize === 3 && view.cash === 'accepting' ? view : null));
    // The slot opens a moment after the chart allows it.
    while (!/coins accepted +high/.test((await (await site.client()).command('board check', 'technician')).text)) await pause(100);
    const { code } = await site.told('console-code');
    stand.put('47110815', String(code));
    await terminal.sees(/role \([^)]*\): $/);
  },
  'Throw in a coin, and pull out the network cable.': async () => {
    await site.closeContact('coin line 1');
    await site.until('the coin', (view) => (view.creditMinor === '800' ? view : null));
    await site.loseHeadend();
    await site.until('a box that knows it is alone', (view) => (view.connectivity === 'online' ? null : view), 40_000);
  },
  'Throw in three coins, a second apart.': async () => {
    await pause(1_000);
    for (let coin = 0; coin < 3; coin++) {
      await site.closeContact('coin line 1', 50);
      await pause(700);
    }
  },
  'Throw in a coin of two pulses.': async () => {
    await pause(1_000);
    await site.closeContact('coin line 1', 50, 2);
  },
  'Throw in a coin of 2 EUR.': async () => {
    while (!site.acceptor.enabled) await pause(50);
    await pause(1_000);
    expect(site.acceptor.insert(TWO_EUROS)).toBe(true);
  },
  'Press the twelve keys of the remote as the screen names them.': async () => {
    for (const scancode of REMOTE_CODES) {
      await site.until('the question for a key', (view) => (/^Press \w+ on the remote/.test(view.sentence) ? view : null));
      await pause(300);
      site.remote(scancode);
    }
  },
  'Press OK and volume up on the remote.': async () => {
    await pause(500);
    site.remote(REMOTE_CODES[4] ?? 0);
    await pause(400);
    site.remote(REMOTE_CODES[9] ?? 0);
  },
  'Press every button of the panel, mute twice.': async () => {
    for (const button of BUTTONS) {
      await site.closeContact(button, 80);
      await pause(100);
    }
    await site.until('a box that is idle and sounds', (view) => (view.playback === 'browse' && view.sound === 'open' ? view : null));
  },
  'Wait until it is heard.': async () => void (await site.until('the pre-listen', (view) => (view.playback === 'preListen' ? view : null))),
  'Wait until the song is over.': async () => {
    await site.until('the receipt', (view) => (view.playback === 'browse' && view.lastReceipt !== null ? view : null), 40_000);
    await site.deliveredTotals();
  },
  'Open the door.': async () => {
    // It stays open while the next lines are typed.
    void site.closeContact('door-open', 5_000);
    await site.until('a shut slot', (view) => (view.cash === 'inhibited' ? view : null));
  },
  'Shut the door.': async () => void (await site.until('an open slot', (view) => (view.cash === 'accepting' ? view : null))),
  'The box starts again.': () => again(async () => {}),
  'The card loses a part of the book in a power cut.': () =>
    again(async () => {
      site.kill();
      site.damageBook();
    }).then(() => stand.put('47110815', String(site.events.findLast(({ event }) => event === 'console-code')?.code))),
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function again(happens: () => Promise<void>): Promise<void> {
  const from = site.events.length;
  await happens();
  await site.told('ready', from);
  await site.until('coins again', (view) => (view.cash === 'accepting' ? view : null));
  await terminal.sees(/role \([^)]*\): $/);
}

beforeAll(async () => {
  await site.open();
  terminal = new Picocom(site.cable.theirs);
  await terminal.ready();
  stand.put('https://192.0.2.7:8443', site.headend.url);
  stand.put('/dev/ttyUSB0', site.acceptorCable.ours);
}, 300_000);

afterAll(async () => {
  await terminal?.leave();
  await site.close();
});

test('every line of the runbook does what stands there', { timeout: 300_000 }, async () => {
  const text = readFileSync(FILE, 'utf8');
  const fences = readRunbook(text);
  expect(fences.length).toBeGreaterThan(15);
  const rows = text.split('\n');
  // From the last to the first, so that what is written moves no fence that follows.
  const played: { readonly fence: RunbookFence; readonly seen: readonly string[] }[] = [];
  for (const fence of fences) {
    const seen = fence.language === 'sh' ? await playShell(fence) : await playConsole(fence);
    played.push({ fence, seen });
    if (!WRITES)
      expect(unfolded(seen).map(normalised), `the fence at line ${fence.at} of the runbook`).toEqual(unfolded(fence.lines.map(writeLine)).map(normalised));
    for (const line of seen) expect(line.length, `80 columns: ${line}`).toBeLessThanOrEqual(fence.language === 'sh' ? 200 : 80);
  }
  if (!WRITES) return;
  for (const { fence, seen } of played.reverse()) rows.splice(fence.at, fence.lines.length, ...merged(fence, seen));
  writeFileSync(FILE, rows.join('\n'));
});

/** Each line as it was seen, in the words of the runbook. */
async function playShell(fence: RunbookFence): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const line of fence.lines) {
    if (line.kind !== 'typed') continue;
    const [program, ...words] = [...stand.here(line.typed).matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
    expect(program).toBe('ackbox');
    const ended = await run('node', [BOOTSTRAP, ...words], { ACKBOX_DATA: site.data });
    shown.push(
      writeLine(line),
      ...(ended.out + ended.err)
        .trimEnd()
        .split('\n')
        .map((text) => stand.inRunbook(text)),
    );
  }
  return shown;
}

async function playConsole(fence: RunbookFence): Promise<readonly string[]> {
  const shown: string[] = [];
  const { lines } = fence;
  let prompt = await currentPrompt();
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const hands = handsAt(lines, line?.kind === 'typed' ? at + 1 : at);
    if (line?.kind === 'typed') {
      const secret = /^‹(.*)›$/.exec(line.typed)?.[1];
      const answer = (await terminal.line(stand.here(secret ?? line.typed), () => doAll(hands))).split('\n');
      const echo = answer.shift() ?? '';
      expect(echo, `what is echoed of ${line.typed}`).toBe(secret === undefined ? stand.here(line.typed) : '');
      shown.push(`${prompt}${line.typed}`, ...hands.map(writeLine));
      prompt = answer.pop() ?? '';
      shown.push(...keep(answer, lines, at + 1 + hands.length));
      at += 1 + hands.length;
    } else if (hands.length > 0) {
      const from = terminal.shown.text().length - prompt.length;
      await doAll(hands);
      const since = terminal.shown.text().slice(from).split('\n');
      prompt = since.pop() ?? '';
      shown.push(
        ...hands.map(writeLine),
        ...keep(
          since.filter((text) => !/^(ackbox> )?$/.test(text)),
          lines,
          at + hands.length,
        ),
      );
      at += hands.length;
    } else at += 1;
  }
  return shown;
}

/** In the words of the runbook; what it names is learned from what it shows. */
function keep(answer: readonly string[], lines: readonly RunbookLine[], from: number): readonly string[] {
  return answer.map((text, index) => {
    const written = lines[from + index];
    if (written?.kind === 'seen' && normalised(written.text) === normalised(text)) stand.learn(written.text, text);
    return stand.inRunbook(text).trimEnd();
  });
}

function handsAt(lines: readonly RunbookLine[], at: number): readonly Extract<RunbookLine, { kind: 'hands' }>[] {
  const hands: Extract<RunbookLine, { kind: 'hands' }>[] = [];
  for (let line = lines[at]; line?.kind === 'hands'; line = lines[at + hands.length]) hands.push(line);
  return hands;
}

async function doAll(hands: readonly { readonly text: string }[]): Promise<void> {
  for (const { text } of hands) {
    const doing = HANDS[text];
    if (doing === undefined) throw new Error(`Nobody here knows how to: ${text}`);
    await doing();
  }
}

async function currentPrompt(): Promise<string> {
  return terminal.shown.text().split('\n').at(-1) ?? '';
}

/** A line that says the same stays as it was written. */
function merged(fence: RunbookFence, seen: readonly string[]): readonly string[] {
  const written = new Map(fence.lines.map((line) => [normalised(writeLine(line)), writeLine(line)]));
  return seen.map((line) => written.get(normalised(line)) ?? line);
}
