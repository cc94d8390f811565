import { describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { limits } from '../../../../src/limits.ts';
import { basicText, FIXED } from './model-text.ts';

const MODES = ['strict', 'lenient'] as const;
const sound = basicText(FIXED);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => new Uint8Array(Uint16Array.from(text, (character) => character.charCodeAt(0)).buffer);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const inDescription = (text: string): string => sound.replace('<description>d', `<description>${text}`);

const LAUGHS = `<!DOCTYPE lolz [<!ENTITY a "lol">${'bcdefghij'
  .split('')
  .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index] ?? ''};`.repeat(10)}">`)
  .join('')}]>`;

describe('a hostile document is refused at its first bad character', () => {
  test.each<[string, Uint8Array | string, string]>([
    ['billion laughs', sound.replace('?>\n', `?>\n${LAUGHS}`).replace('>d<', '>&j;<'), 'doctype 2:1'],
    ['an external DTD', sound.replace('?>\n', '?>\n<!DOCTYPE pricingModel SYSTEM "file:///etc/passwd">'), 'doctype 2:1'],
    ['an external entity', sound.replace('?>\n', '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1/">]>'), 'doctype 2:1'],
    ['an entity that is nowhere declared', inDescription('a &nbsp; b'), 'entity 3:44'],
    ['a bare ampersand', inDescription('a & b'), 'entity 3:44'],
    ['a reference to NUL', inDescription('&#0;'), 'entity 3:42'],
    ['a reference to half a character', inDescription('&#xD800;'), 'entity 3:42'],
    ['a reference beyond Unicode', inDescription('&#x110000;'), 'entity 3:42'],
    ['a control character', inDescription('a\u0007'), 'control-character 3:43'],
    ['an escape sequence for terminals', inDescription('\u001b[2J'), 'control-character 3:42'],
    ['NUL bytes in the middle', inDescription('a\u0000'), 'control-character 3:43'],
    ['half a character', inDescription('a\ud800'), 'control-character 3:43'],
    ['UTF-16 with a mark', utf16(`\ufeff${sound}`), 'encoding 1:1'],
    ['UTF-16 without a mark', utf16(sound), 'encoding 1:1'],
    ['UTF-16 announced in the declaration', sound.replace('?>', ' encoding="UTF-16"?>'), 'encoding 1:1'],
    ['Latin-1 announced and used', joined(bytes('<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>'), Uint8Array.of(0xe9), bytes('</a>')), 'encoding 2:4'],
    ['UTF-7 announced', sound.replace('?>', " encoding='UTF-7'?>"), 'encoding 1:1'],
    ['bytes that are not UTF-8', joined(bytes(inDescription('').slice(0, 90)), Uint8Array.of(0xc0, 0xaf), bytes('x')), 'encoding 3:40'],
    ['a character cut off at the end', joined(bytes('<a>é'), Uint8Array.of(0xe2, 0x82)), 'encoding 1:5'],
    ['more bytes than any model has', new Uint8Array(limits.pricingModelBytes + 1).fill(0x20), 'too-large 1:1'],
    ['100 MB of text', 'a'.repeat(100_000_000), 'too-large 1:1'],
    ['elements nested 10,000 deep', '<a>'.repeat(10_000), 'nesting 1:73'],
    ['a huge attribute', `<pricingModel version="${'1'.repeat(200_000)}">`, 'too-large 1:24'],
    ['a thousand attributes', `<pricingModel ${Array.from({ length: 1_000 }, (_, index) => `a${index}="1"`).join(' ')}>`, 'too-large 1:133'],
    ['a huge name', `<${'a'.repeat(100_000)}>`, 'too-large 1:2'],
    ['more elements than any model has', `<pricingModel>${'<x/>'.repeat(60_000)}`, 'too-large 1:32011'],
    ['a comment without an end', `${sound}<!-- ${'-'.repeat(100)}`, 'syntax 8:6'],
    ['a CDATA section without an end', inDescription('<![CDATA[ '), 'syntax 3:42'],
    ['an attribute without an end', sound.replace('"28"', '"28'), 'syntax 5:40'],
    ['a tag without an end', `${sound}<`, 'syntax 8:2'],
    ['a namespace', sound.replace('<pricingModel ', '<pricingModel xmlns="urn:x" '), 'namespace 2:15'],
    ['a prefix', sound.replace('<pricingModel ', '<p:pricingModel '), 'namespace 2:3'],
    ['XInclude', inDescription('<xi:include href="/etc/passwd"/>'), 'namespace 3:45'],
    ['nothing', '', 'syntax 1:1'],
    ['a letter', 'x', 'stray-text 1:1'],
    ['a blank by number outside of the model', `${sound}&#32;`, 'stray-text 7:16'],
    ['an empty CDATA section outside of the model', `${sound}<![CDATA[]]>`, 'stray-text 8:10'],
    ['an instruction that is none', sound.replace('?>\n', '?>\n<?x<y?>'), 'syntax 2:1'],
  ])('%s', (_, document, expected) => {
    for (const mode of MODES) {
      const { valid, models, errors } = readModels(document, mode);
      expect([valid, models]).toEqual([false, []]);
      expect(errors.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([expected]);
    }
  });
});

test('a mark of UTF-8, other line ends and comments are no harm', () => {
  const dressed = `\ufeff${sound.replaceAll('\n', '\r\n')}<!-- a comment -->\r\n`;
  for (const mode of MODES) expect(readModels(bytes(dressed), mode)).toMatchObject({ valid: true, repairs: [], warnings: [] });
});

test('a document full of faults gives at most a hundred of them', () => {
  const { errors } = readModels(basicText('<x/>'.repeat(5_000)), 'strict');
  expect(errors).toHaveLength(100);
});

test('a document full of things to repair is refused', () => {
  const { valid, repairs } = readModels(basicText(`${'</x>'.repeat(5_000)}${FIXED}`), 'lenient');
  expect([valid, repairs.length]).toEqual([false, 100]);
});
