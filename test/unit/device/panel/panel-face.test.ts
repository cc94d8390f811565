import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { panelFace } from '../../../../device/panel/panel-face.ts';
import type { BoxView } from '../../../../device/session/box-view.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';

const work = { title: 'Slow Train', artist: 'The House' } as CatalogueWork;
const idle = {
  playback: 'browse',
  service: 'inService',
  sound: 'open',
  shortLine: 'Choose a song',
  question: null,
  rental: null,
  focus: work,
  nowPlaying: null,
  firstBoot: null,
  faults: [],
} as unknown as BoxView;

describe('the front panel is a function of the view', () => {
  test('an idle box shows the song that OK would open', () => {
    expect(panelFace({ ...idle, focus: { ...work, title: 'Go', artist: 'Us' } }, 0)).toEqual({
      lines: ['Go - Us         ', 'Choose a song   '],
      lamps: { ok: true, back: false, playing: false, fault: false, sign: false },
      amplifier: false,
    });
  });

  test('a question shows its price and the seconds left, and lights both answers', () => {
    const asking = { ...idle, playback: 'preListen', shortLine: 'OK: EUR 1.00', question: { text: '', note: '', priceMinor: '100', secondsLeft: 23 } };
    const face = panelFace(asking, 0);
    expect(face.lines[1]).toBe('OK: EUR 1.00 23s');
    expect(face.lamps).toMatchObject({ ok: true, back: true, playing: true });
    expect(face.amplifier).toBe(true);
  });

  test('what is rented stands above its price, and both answers are lit', () => {
    const rental = { kind: 'rent', workId: 'w9', title: 'Blue Hour', feeMinor: '250', periodMs: 86_400_000 } as const;
    const face = panelFace({ ...idle, shortLine: 'Rent: 2.50 EUR', rental }, 0);
    expect(face.lines).toEqual(['Blue Hour       ', 'Rent: 2.50 EUR  ']);
    expect(face.lamps).toMatchObject({ ok: true, back: true });
  });

  test('a pause puts the lamp and the amplifier out; a fault lights its lamp', () => {
    const face = panelFace({ ...idle, playback: 'playing.paused', faults: [{ code: 'coin-jam', message: 'jam' }] }, 0);
    expect(face.lamps).toMatchObject({ playing: false, fault: true });
    expect(face.amplifier).toBe(false);
  });

  test('a long title turns, and comes round again', () => {
    const lineAt = (ms: number): string => panelFace(idle, ms).lines[0];
    expect(lineAt(0)).toBe('Slow Train - The');
    expect(lineAt(300)).toBe('low Train - The ');
    expect(lineAt(300 * 'Slow Train - The House   '.length)).toBe(lineAt(0));
  });

  test('every line is sixteen characters, whatever the titles, sentences and times', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.nat(1e9), fc.option(fc.integer({ min: 0, max: 600 })), (title, artist, shortLine, nowMs, secondsLeft) => {
        const question = secondsLeft === null ? null : { text: '', note: '', priceMinor: '100', secondsLeft };
        const { lines } = panelFace({ ...idle, shortLine, question, focus: { ...work, title, artist } }, nowMs);
        for (const line of lines) expect([...line]).toHaveLength(16);
      }),
    );
  });
});
