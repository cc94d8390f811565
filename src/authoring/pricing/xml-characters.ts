import type { SourceFault } from './source-text.ts';

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const REFERENCE = /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|([A-Za-z_][A-Za-z0-9._-]*));/y;

/** A piece of character data with its references resolved, or the first that is none of ours. */
export type Resolved = { readonly text: string } | { readonly fault: SourceFault };

/**
 * Resolves character references and the five names that XML itself defines. No other entity can exist, as DOCTYPE is refused.
 * @param blanks what line ends become: LF in text, a space in attribute values, where tabs become one too (XML 1.0, 2.11 and 3.3.3)
 */
export function resolveText(raw: string, offset: number, blanks: '\n' | ' '): Resolved {
  const plain = (part: string): string => (blanks === ' ' ? part.replace(/\r\n|[\r\n\t]/g, ' ') : part.replace(/\r\n?/g, '\n'));
  let text = '';
  let from = 0;
  for (let at = raw.indexOf('&'); at >= 0; at = raw.indexOf('&', from)) {
    const read = referenceAt(raw, at);
    if ('problem' in read) return { fault: { offset: offset + at, code: 'entity', rule: 'XML', message: read.problem } };
    text += plain(raw.slice(from, at)) + read.text;
    from = at + read.length;
  }
  return { text: text + plain(raw.slice(from)) };
}

function referenceAt(raw: string, at: number): { readonly text: string; readonly length: number } | { readonly problem: string } {
  REFERENCE.lastIndex = at;
  const match = REFERENCE.exec(raw);
  if (match === null) return { problem: 'an "&" begins a reference such as &amp;; write &amp; for the character itself' };
  const [whole, decimal, hexadecimal, name] = match;
  if (name !== undefined) {
    const text = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
    return text === undefined
      ? { problem: `entities are refused, and there is no ${whole}; only &lt; &gt; &amp; &quot; &apos; are known` }
      : { text, length: whole.length };
  }
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '0', 16) : Number(decimal);
  return isXmlCharacter(code) ? { text: String.fromCodePoint(code), length: whole.length } : { problem: `${whole} is not a character of XML; take it out` };
}

/** XML 1.0, 2.2, Char. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
