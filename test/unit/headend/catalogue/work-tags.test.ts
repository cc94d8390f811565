import { expect, test } from 'vitest';
import { readWorkTags } from '../../../../src/headend/catalogue/work-tags.ts';
import { limits } from '../../../../src/limits.ts';

const none = new Map<string, string>();

test('tags speak first', () => {
  const tags = new Map([
    ['title', 'So What'],
    ['artist', 'Miles Davis'],
    ['album', 'Kind of Blue'],
    ['genre', 'Jazz'],
    ['date', '1959-08-17'],
  ]);
  expect(readWorkTags(tags, '01 - wrong.flac')).toEqual({ title: 'So What', artist: 'Miles Davis', album: 'Kind of Blue', genre: 'Jazz', year: 1959 });
});

test.each([
  ['03 - Artist - Some Title.flac', 'Artist', 'Some Title'],
  ['07. Alone.mp3', '', 'Alone'],
  ['99 Luftballons.ogg', '', 'Luftballons'],
  ['sub/folder/My_Song.wav', '', 'My Song'],
  ['A – B - live.opus', 'A', 'B - live'],
  ['42.mp3', '', '42'],
  ['  .mp3', '', 'Untitled'],
])('without tags the file name %j speaks', (name, artist, title) => {
  expect(readWorkTags(none, name)).toMatchObject({ artist, title });
});

test('a hostile tag becomes one short, well-formed line', () => {
  const { title } = readWorkTags(new Map([['title', `a\u202e\u0000b\r\n\u001b[2Jc\ud800 ${'🎵'.repeat(limits.tagCharacters)}`]]), 'x.mp3');
  expect(title).toMatch(/^a b \[2Jc/);
  expect(title.length).toBeLessThanOrEqual(limits.tagCharacters);
  expect(title.isWellFormed()).toBe(true);
});

test.each([
  ['1959', 1959],
  ['17.08.1959', 1959],
  ['59', null],
  ['9999', null],
  ['', null],
])('the date %j is of the year %j', (date, year) => {
  expect(readWorkTags(new Map([['date', date]]), 'x.mp3').year).toBe(year);
});
