import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clearAway, RunningHouse, scratch } from '../fakes/house.ts';

const OK_PIN = 7;
const DOWN_PIN = 6;
const COIN_LINE_1 = 2;
const PLAYING_LAMP = 12;
const AMPLIFIER = 13;
const ACCEPT_RELAY = 4;

/** Our firmware in a process of its own on one end of a pair of pseudo terminals; the box opens the other. */
class PanelOnPty {
  readonly folder = mkdtempSync(join(tmpdir(), 'ackbox-panel-'));
  readonly path = join(this.folder, 'box');
  readonly #lines: string[] = [];
  readonly #children: ChildProcess[] = [];
  #waiting: (() => void)[] = [];

  async start(): Promise<void> {
    const board = join(this.folder, 'board');
    this.#children.push(spawn('socat', [`PTY,link=${this.path},rawer`, `PTY,link=${board},rawer`], { stdio: 'ignore' }));
    await until(() => existsSync(this.path) && existsSync(board));
    const script = join(import.meta.dirname, '..', 'fakes', 'panel-child.ts');
    const child = spawn(process.execPath, [script, board], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    await this.heard('ready');
  }

  tell(line: string): void {
    this.#children[1]?.stdin?.write(`${line}\n`);
  }

  /** A press as a finger gives it: down, and up again once the box has seen it. */
  async press(pin: number): Promise<void> {
    this.tell(`pulse ${pin} 1 250 80`);
    await this.heard('done');
  }

  /** Waits for a line of the board's, and takes it. */
  async heard(line: string): Promise<void> {
    while (!this.#lines.includes(line)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lines.splice(this.#lines.indexOf(line), 1);
  }

  /** Asks again until a pin is driven so. */
  async drives(pin: number, level: 0 | 1): Promise<void> {
    for (;;) {
      this.tell(`driven ${pin}`);
      await until(() => this.#lines.some((line) => line.startsWith(`driven ${pin} `)));
      const said = this.#lines.splice(
        this.#lines.findIndex((line) => line.startsWith(`driven ${pin} `)),
        1,
      )[0];
      if (said === `driven ${pin} ${level}`) return;
    }
  }

  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    clearAway(this.folder);
  }
}

async function until(ask: () => boolean): Promise<void> {
  while (!ask()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const panel = new PanelOnPty();
let house: RunningHouse;

beforeAll(async () => {
  await panel.start();
  house = new RunningHouse(scratch(), ['--panel', panel.path]);
  await house.until('a catalogue', (view) => (view.catalogueSize > 0 ? view : null), 60_000);
}, 90_000);

afterAll(async () => {
  await house.stop();
  panel.stop();
});

describe('a box with a panel board: real firmware, real serial line, johnny-five', () => {
  test('takes coins once the box can sell, and every pulse becomes credit', async () => {
    await panel.drives(ACCEPT_RELAY, 1);
    panel.tell(`pulse ${COIN_LINE_1} 3 50 50`);
    expect(await house.until('credit for three coins', (view) => (view.creditMinor === '300' ? view.creditMinor : null))).toBe('300');
  });

  test('nobody mints coins at the console of a box that has a real acceptor', async () => {
    await expect(house.coin(500n)).rejects.toThrow('Coins go into the acceptor');
    expect((await house.view()).creditMinor).toBe('300');
  });

  test('its buttons choose and open a song; its lamp and its amplifier follow the sound', async () => {
    // By its name, not by its place: pieces that are still being rendered come in between.
    const before = (await house.view()).focus?.id;
    await panel.press(DOWN_PIN);
    await house.until('another focus', (view) => (view.focus?.id !== before ? view : null));
    await panel.press(OK_PIN);
    await house.until('the pre-listen', (view) => (view.playback === 'preListen' ? view : null));
    await panel.drives(PLAYING_LAMP, 1);
    await panel.drives(AMPLIFIER, 1);
  });

  test('coins that fall while the box is dead are credit when it is back, each once', async () => {
    const before = BigInt((await house.view()).creditMinor);
    house.kill('box');
    panel.tell(`pulse ${COIN_LINE_1} 2 50 50`);
    await panel.heard('done');
    const after = await house.until('the credit', (view) => (BigInt(view.creditMinor) >= before + 200n ? view.creditMinor : null), 40_000);
    expect(BigInt(after)).toBe(before + 200n);
    const totals = await house.deliveredTotals();
    expect(totals.ledger).toMatchObject({ cashBoxMinor: '500', problem: null });
  });
});
