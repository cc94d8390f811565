import { limits } from '../../limits.ts';
import type { FindingCode } from './finding.ts';
import type { SourceFault } from './source-text.ts';
import { resolveText } from './xml-characters.ts';
import type { XmlAttribute } from './xml-tree.ts';

export type XmlToken =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: readonly XmlAttribute[]; readonly selfClosed: boolean; readonly offset: number }
  | { readonly kind: 'close'; readonly name: string; readonly offset: number }
  /** `plain` text has neither references nor CDATA: only such blanks may stand outside of the root. */
  | { readonly kind: 'text'; readonly text: string; readonly plain: boolean; readonly offset: number }
  | { readonly kind: 'declaration'; readonly sound: boolean; readonly offset: number };

/** Leaves the scanner at the first fault; caught by readTree. */
export class XmlStop extends Error {
  readonly fault: SourceFault;
  constructor(offset: number, code: FindingCode, message: string, rule = 'XML') {
    super(message);
    this.fault = { offset, code, rule, message };
  }
}

const BLANKS = /[ \t\r\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9._-]*/y;
const INSTRUCTION = /<\?[A-Za-z_][A-Za-z0-9._-]*(?:[ \t\r\n]|\?>)/y;
const DECLARATION = /<\/?\?xml(?![A-Za-z0-9._-])/iy;
const SOUND_DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"(?<double>[A-Za-z0-9._-]+)"|'(?<single>[A-Za-z0-9._-]+)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;
/** No malformed declaration is longer; beyond it, what looks like one is something else. */
const DECLARATION_CHARACTERS = 120;

/**
 * Cuts a document into tags and text, each with its offset, in one pass without a stack: names, quotes and references must be
 * sound; whether tags match is for the tree. Comments and processing instructions are passed over; DOCTYPE is refused.
 */
export class XmlScanner {
  readonly #text: string;
  /** An attribute without a name is this one (L5), on this element only. */
  readonly #nameless: { readonly element: string; readonly attribute: string } | null;
  #at = 0;

  constructor(text: string, nameless: { readonly element: string; readonly attribute: string } | null) {
    this.#text = text;
    this.#nameless = nameless;
  }

  /** The next token, or null at the end. */
  next(): XmlToken | null {
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] !== '<') return this.#characters();
      const token = this.#markup();
      if (token !== null) return token;
    }
    return null;
  }

  #markup(): XmlToken | null {
    DECLARATION.lastIndex = this.#at;
    if (DECLARATION.test(this.#text)) return this.#declaration();
    if (this.#looksAt('<!--')) return this.#comment();
    if (this.#looksAt('<![CDATA[')) return this.#cdata();
    if (this.#looksAt('<!')) this.#stop(this.#at, 'doctype', 'DOCTYPE and other declarations are refused, as entities come with them; take this out');
    if (this.#looksAt('<?')) return this.#instruction();
    return this.#looksAt('</') ? this.#closeTag() : this.#openTag();
  }

  #characters(): XmlToken {
    const offset = this.#at;
    const end = this.#text.indexOf('<', offset);
    this.#at = end < 0 ? this.#text.length : end;
    const raw = this.#text.slice(offset, this.#at);
    const wrong = raw.indexOf(']]>');
    if (wrong >= 0) this.#stop(offset + wrong, 'syntax', '"]]>" has no place in text; write ]]&gt;');
    return { kind: 'text', text: this.#resolve(raw, offset, '\n'), plain: !raw.includes('&'), offset };
  }

  #declaration(): XmlToken {
    const offset = this.#at;
    SOUND_DECLARATION.lastIndex = offset;
    const sound = SOUND_DECLARATION.exec(this.#text);
    if (sound !== null) {
      const encoding = sound.groups?.double ?? sound.groups?.single;
      if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) {
        this.#stop(offset, 'encoding', `the document says that it is ${encoding}; save it as UTF-8, and say so or nothing`);
      }
      this.#at += sound[0].length;
      return { kind: 'declaration', sound: true, offset };
    }
    const body = this.#text.slice(offset + 1, offset + DECLARATION_CHARACTERS);
    const end = body.search(/[<>]/);
    if (end < 0 || body[end] !== '>') this.#stop(offset, 'declaration', 'this XML declaration does not end; write <?xml version="1.0"?>');
    this.#at = offset + 1 + end + 1;
    return { kind: 'declaration', sound: false, offset };
  }

  #comment(): null {
    const offset = this.#at;
    const dashes = this.#text.indexOf('--', offset + 4);
    if (dashes < 0) this.#stop(offset, 'syntax', 'this comment does not end; close it with -->');
    if (this.#text[dashes + 2] !== '>') this.#stop(dashes, 'syntax', '"--" has no place within a comment; take it out');
    this.#at = dashes + 3;
    return null;
  }

  #cdata(): XmlToken {
    const offset = this.#at + '<![CDATA['.length;
    this.#skipTo('<![CDATA[', ']]>', 'a CDATA section');
    return { kind: 'text', text: this.#text.slice(offset, this.#at - 3).replace(/\r\n?/g, '\n'), plain: false, offset };
  }

  #instruction(): null {
    INSTRUCTION.lastIndex = this.#at;
    if (!INSTRUCTION.test(this.#text)) this.#stop(this.#at, 'syntax', 'a processing instruction reads <?name ...?>; correct it, or take it out');
    return this.#skipTo('<?', '?>', 'a processing instruction');
  }

  #skipTo(open: string, close: string, what: string): null {
    const end = this.#text.indexOf(close, this.#at + open.length);
    if (end < 0) this.#stop(this.#at, 'syntax', `here begins ${what} that does not end; close it with ${close}`);
    this.#at = end + close.length;
    return null;
  }

  #closeTag(): XmlToken {
    const offset = this.#at;
    this.#at += 2;
    const name = this.#name('an end tag');
    this.#blanks();
    if (this.#text[this.#at] !== '>') this.#stop(this.#at, 'syntax', `the end tag </${name}> is not closed; put ">" here`);
    this.#at += 1;
    return { kind: 'close', name, offset };
  }

  #openTag(): XmlToken {
    const offset = this.#at;
    this.#at += 1;
    const name = this.#name('a tag');
    const attributes: XmlAttribute[] = [];
    for (;;) {
      const blanks = this.#blanks();
      if (this.#looksAt('>') || this.#looksAt('/>')) break;
      if (this.#at >= this.#text.length || this.#looksAt('<')) this.#stop(offset, 'syntax', `the tag <${name} is not closed; end it with ">" or "/>"`);
      if (this.#looksAt('/')) this.#stop(this.#at, 'syntax', 'a "/" stands only right before the ">" of an empty element');
      if (blanks === 0) this.#stop(this.#at, 'syntax', 'a blank is missing before this attribute');
      attributes.push(this.#attribute(name, attributes));
    }
    const selfClosed = this.#looksAt('/>');
    this.#at += selfClosed ? 2 : 1;
    return { kind: 'open', name, attributes, selfClosed, offset };
  }

  #attribute(element: string, before: readonly XmlAttribute[]): XmlAttribute {
    const offset = this.#at;
    const name = this.#attributeName(element);
    if (before.some((attribute) => attribute.name === name)) {
      this.#stop(offset, 'repeated-attribute', `<${element}> has two attributes ${name}; keep the one that is meant`);
    }
    if (before.length >= limits.pricingModelAttributes)
      this.#stop(offset, 'too-large', `<${element}> has more than ${limits.pricingModelAttributes} attributes`);
    this.#blanks();
    if (this.#text[this.#at] !== '=') this.#stop(this.#at, 'syntax', `the attribute ${name} has no value; write ${name}="..."`);
    this.#at += 1;
    this.#blanks();
    return { name, offset, ...this.#quoted(name) };
  }

  #attributeName(element: string): string {
    if (this.#text[this.#at] === '=') {
      if (this.#nameless?.element === element) return this.#nameless.attribute;
      this.#stop(this.#at, 'syntax', `<${element}> has an attribute without a name; write name="value"`);
    }
    if (this.#text[this.#at] === '{') {
      this.#stop(
        this.#at,
        'unknown-attribute',
        'braces stand for a choice in the listing of the grammar; write one of the choices, such as value="..."',
        'A-13',
      );
    }
    const name = this.#name('an attribute');
    if (name === 'xmlns') this.#stop(this.#at - name.length, 'namespace', 'pricing models have no namespace; take xmlns out');
    return name;
  }

  #quoted(name: string): Pick<XmlAttribute, 'value' | 'raw' | 'valueOffset'> {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") this.#stop(this.#at, 'syntax', `the value of ${name} must stand in quotes: ${name}="..."`);
    const valueOffset = this.#at + 1;
    const end = this.#text.indexOf(quote, valueOffset);
    if (end < 0) this.#stop(this.#at, 'syntax', `the value of ${name} does not end; close it with ${quote}`);
    const raw = this.#text.slice(valueOffset, end);
    if (raw.length > limits.pricingModelAttributeCharacters) {
      this.#stop(valueOffset, 'too-large', `the value of ${name} has ${raw.length} characters; at most ${limits.pricingModelAttributeCharacters} are taken`);
    }
    const wrong = raw.indexOf('<');
    if (wrong >= 0) this.#stop(valueOffset + wrong, 'syntax', `"<" has no place in the value of ${name}: a quote is missing before it, or write &lt;`);
    this.#at = end + 1;
    return { value: this.#resolve(raw, valueOffset, ' '), raw, valueOffset };
  }

  #resolve(raw: string, offset: number, blanks: '\n' | ' '): string {
    const resolved = resolveText(raw, offset, blanks);
    if ('fault' in resolved) throw new XmlStop(resolved.fault.offset, resolved.fault.code, resolved.fault.message);
    return resolved.text;
  }

  #name(what: string): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) this.#stop(this.#at, 'syntax', `here the name of ${what} is needed; a bare "<" is written &lt;`);
    if (name.length > limits.pricingModelNameCharacters)
      this.#stop(this.#at, 'too-large', `a name has at most ${limits.pricingModelNameCharacters} characters`);
    this.#at += name.length;
    if (this.#text[this.#at] === ':') this.#stop(this.#at, 'namespace', 'pricing models have no namespaces; take the prefix out');
    return name;
  }

  #blanks(): number {
    BLANKS.lastIndex = this.#at;
    const length = BLANKS.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }

  #looksAt(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #stop(offset: number, code: FindingCode, message: string, rule = 'XML'): never {
    throw new XmlStop(offset, code, message, rule);
  }
}
