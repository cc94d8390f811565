import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewOfBox } from '../../src/cli/box-client.ts';
import { renderTerminal } from '../../src/cli/terminal-view.ts';
import { columnsOf } from '../../src/cli/text-columns.ts';
import { sampleFrame, sampleView } from '../fakes/sample-view.ts';

/** Words as titles have them: of any script, some longer than a line. */
const word = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9,.'()-]{1,12}$/),
  fc.stringMatching(/^[a-z]{70,140}$/),
  fc.constantFrom('Ærøskøbing', '東京の夜', 'é́tude', '👩‍👩‍👧', 'Привет', 'ภาษาไทย'),
);
const phrase = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(' '));
const { focus, nowPlaying, queue } = sampleView;

const anyView: fc.Arbitrary<ViewOfBox> = fc
  .record({
    sentence: phrase,
    title: phrase,
    artist: phrase,
    waiting: phrase,
    fault: fc.option(phrase),
    name: phrase,
    playing: fc.boolean(),
    queued: fc.boolean(),
  })
  .map(({ sentence, title, artist, waiting, fault, name, playing, queued }) => ({
    ...sampleView,
    sentence,
    name,
    focus: focus === null ? null : { ...focus, title, artist },
    nowPlaying: nowPlaying === null || !playing ? null : { ...nowPlaying, title: artist, artist: title },
    queue: queued ? queue.slice(0, 2).map((entry) => ({ ...entry, title: waiting })) : [],
    faults: fault === null ? [] : [{ code: 'x', message: fault }],
  }));

/** Broken lines put together again: a word longer than a line stands in pieces. */
const joined = (lines: readonly string[]): string => lines.join('').replaceAll(/\s/g, '');

describe('the live view', () => {
  test('never writes beyond the edge of the terminal', () => {
    fc.assert(
      fc.property(anyView, phrase, fc.integer({ min: 40, max: 120 }), fc.integer({ min: 10, max: 60 }), (view, message, columns, rows) => {
        const lines = renderTerminal(view, { ...sampleFrame, message, columns, rows });
        expect(lines.filter((line) => columnsOf(line) >= columns)).toEqual([]);
        expect(lines.length).toBeLessThanOrEqual(rows);
      }),
      { endOnFailure: true },
    );
  });

  test.each([80, 60])('loses no word of what it says at %i columns', (columns) => {
    fc.assert(
      fc.property(anyView, phrase, (view, message) => {
        const shown = joined(renderTerminal(view, { ...sampleFrame, message, columns, rows: 1_000, consolePath: '/srv/box/console' }));
        const said = [view.sentence, message, ...view.faults.map((fault) => fault.message)];
        // Beside a title stands its time or price: it is told apart word by word.
        const titles = [view.name, view.focus?.title, view.nowPlaying?.artist, ...view.queue.map((entry) => entry.title)].flatMap((text) =>
          (text ?? '').split(' '),
        );
        for (const text of [...said, ...titles.filter((part) => columnsOf(part) < 20), '/srv/box/console']) expect(shown).toContain(joined([text]));
      }),
      { endOnFailure: true },
    );
  });

  test('at 80 by 24 and 60 by 24 the sentence, the last message and the way out stay, however much else there is', () => {
    fc.assert(
      fc.property(anyView, phrase, fc.constantFrom(60, 80), (view, message, columns) => {
        const short = { sentence: view.sentence.slice(0, 120), message: message.slice(0, 120), faults: [] };
        const shown = joined(renderTerminal({ ...view, ...short, name: 'Bar' }, { ...sampleFrame, message: short.message, columns, rows: 24 }));
        for (const text of [short.sentence, short.message, 'q quit']) expect(shown).toContain(joined([text]));
      }),
      { endOnFailure: true },
    );
  });
});
