import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FirstBootBox } from '../../../../device/first-boot/first-boot-box.ts';
import { isFirstBootUnderWay, readFirstBoot, writeFirstBoot } from '../../../../device/first-boot/first-boot-file.ts';
import type { Answers } from '../../../../device/first-boot/questions.ts';
import { settleFirstBoot } from '../../../../device/first-boot/settle-first-boot.ts';
import { panelFace } from '../../../../device/panel/panel-face.ts';

let data = '';
let done: string[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ackbox-first-boot-'));
  done = [];
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const outputs = [
  { name: 'auto', description: 'auto' },
  { name: 'alsa/hdmi', description: 'HDMI' },
];

function newBox(answers: Answers = {}): FirstBootBox {
  return new FirstBootBox({
    machine: { profile: 'jukebox', zones: ['Europe/Berlin', 'Europe/Paris'], zone: 'UTC', outputs },
    ...{ name: 'Jukebox', silentPlayer: true, answers, log: { info() {}, warn() {} } },
    keep: (kept) => writeFirstBoot(data, { answers: kept, phase: 'asking' }),
    useOutput: async (name) => void done.push(`output ${name}`),
    setVolume: async (percent) => void done.push(`volume ${percent}`),
    playTune: async (on) => void done.push(on ? 'tune' : 'no tune'),
  });
}

const say = async (box: FirstBootBox, ...lines: readonly string[]): Promise<void> => {
  for (const line of lines) expect((await box.command(line)).ok).toBe(true);
};
const ALL = ['setup Deutsch', 'setup eur', 'setup Europe', 'setup Berlin', 'setup 02:00', 'setup 2', 'setup 20', 'setup 80'];

describe('a box at its first start', () => {
  test('is set up by lines: a choice by its words, its value or its number, in any case', async () => {
    const box = newBox();
    await say(box, ...ALL);
    expect(box.answers).toEqual({
      ...{ language: 'de', currency: 'EUR', region: 'Europe', zone: 'Europe/Berlin', closing: '02:00', output: 'alsa/hdmi', least: '20', most: '80' },
    });
    expect(done).toEqual(['output alsa/hdmi', 'volume 20', 'volume 80']);
  });

  test('is set up with three buttons and a display of two lines', () => {
    const box = newBox();
    expect(panelFace(box.view(), 0)).toMatchObject({ lines: ['Language?       ', 'English         '], lamps: { ok: true, back: false, sign: true } });
    box.intent({ type: 'intent.down' });
    expect(panelFace(box.view(), 0).lines[1]).toBe('Deutsch         ');
    box.intent({ type: 'intent.ok' });
    expect(panelFace(box.view(), 0)).toMatchObject({ lines: ['Währung?        ', 'EUR             '], lamps: { back: true } });
    box.intent({ type: 'intent.back' });
    expect(panelFace(box.view(), 0).lines[0]).toBe('Language?       ');
    for (let press = 0; press < 9; press += 1) box.intent({ type: 'intent.down' });
    expect(panelFace(box.view(), 0).lines[1]).toBe('Français        ');
  });

  test('shows the code on the display, whatever OK plays', async () => {
    const box = newBox();
    await say(box, ...ALL);
    expect(panelFace(box.view(), 0).lines[0]).toBe('Frage Zentrale  ');
    box.enrolmentIs({ state: 'code', code: 'CKX1-M0T4-KW7S' });
    expect(panelFace(box.view(), 0).lines[1]).toBe('CKX1-M0T4-KW7S  ');
    box.intent({ type: 'intent.ok' });
    expect(done.at(-1)).toBe('tune');
    box.intent({ type: 'intent.ok' });
    expect(done.at(-1)).toBe('no tune');
  });

  test('is over when everything is answered and the headend knows it, in whichever order', async () => {
    const [first, second] = [newBox(), newBox()];
    await say(first, ...ALL);
    first.enrolmentIs({ state: 'enrolled', currency: 'EUR' });
    await first.finished;
    second.enrolmentIs({ state: 'enrolled', currency: 'EUR' });
    await say(second, ...ALL);
    await second.finished;
  });

  test('takes the currency of its account only after somebody has read that it is another one', async () => {
    const box = newBox();
    await say(box, ...ALL);
    box.enrolmentIs({ state: 'enrolled', currency: 'CHF' });
    let over = false;
    void box.finished.then(() => {
      over = true;
    });
    await Promise.resolve();
    expect(over).toBe(false);
    expect(box.view().sentence).toContain('in CHF, nicht in EUR');
    box.intent({ type: 'intent.ok' });
    await box.finished;
  });

  test('refuses what is no choice, and sells nothing', async () => {
    const box = newBox();
    expect(await box.command('setup Klingon')).toMatchObject({ ok: false, code: 'no-such-choice' });
    expect(await box.command('play tram')).toMatchObject({ ok: false, code: 'not-set-up' });
    await expect(box.coin()).rejects.toThrow('not set up');
    box.intent({ type: 'intent.answer', value: 'Klingon' });
    expect(box.answers).toEqual({});
  });
});

describe('the answers', () => {
  test('are durable one by one, so that a power cut costs none', async () => {
    await say(newBox(), 'setup Français', 'setup CHF');
    expect(isFirstBootUnderWay(data)).toBe(true);
    const again = newBox(readFirstBoot(data)?.answers);
    expect(again.view().firstBoot).toMatchObject({ step: 'region', progress: 'Étape 3 sur 9' });
  });

  test('survive one spoilt copy', async () => {
    await say(newBox(), 'setup Deutsch');
    const copy = join(data, 'first-boot.a');
    writeFileSync(copy, readFileSync(copy, 'utf8').slice(0, 20));
    expect(readFirstBoot(data)?.answers).toEqual({ language: 'de' });
  });

  test('reach the book whole, however often, and nobody is asked again', async () => {
    await say(newBox(), ...ALL);
    const kept = new Map<string, string>();
    const book = { putSetting: async (name: string, value: string) => void kept.set(name, value) };
    for (let time = 0; time < 2; time += 1) await settleFirstBoot(data, book);
    expect(Object.fromEntries(kept)).toMatchObject({ language: 'de', 'time-zone': 'Europe/Berlin', 'volume-limits': '20-80' });
    expect(JSON.parse(kept.get('venue-calendar') ?? '')).toMatchObject([{ name: 'night', kind: 'closed', fromMinute: 120, minutes: 480 }]);
    expect(readFirstBoot(data)?.phase).toBe('over');
    expect(isFirstBootUnderWay(data)).toBe(false);
  });
});
