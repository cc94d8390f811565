import { limits } from '../../limits.ts';
import { mayContain } from './grammar.ts';
import type { ReadingReport } from './reading-report.ts';
import type { SourceText } from './source-text.ts';
import { elementSpelling } from './spellings.ts';
import { XmlScanner, XmlStop, type XmlToken } from './xml-scanner.ts';
import type { XmlElement } from './xml-tree.ts';

/** `strict` takes well-formed XML of the grammar; `lenient` also what L1 to L8 can repair. */
export type ReadingMode = 'strict' | 'lenient';

const LENIENT = 'or read it leniently';

/**
 * Reads a document into trees, one a root element. Strict takes one root; lenient takes several models one after the other, as
 * document 002 prints them, and repairs L1, L2, L3, L5 and L7. Where the report has an error afterwards, the trees are not to be used.
 */
export function readTrees(source: SourceText, mode: ReadingMode, report: ReadingReport): readonly XmlElement[] {
  const scanner = new XmlScanner(source.text, mode === 'lenient' ? { element: 'billingHistoryEntry', attribute: 'scopeID' } : null);
  const reader = new TreeReader(source.text, mode === 'lenient', report);
  try {
    for (let token = scanner.next(); token !== null; token = scanner.next()) reader.take(token);
    return reader.end(source.text.length);
  } catch (stop) {
    if (!(stop instanceof XmlStop)) throw stop;
    report.error(stop.fault.offset, stop.fault.code, stop.fault.rule, stop.fault.message);
    return [];
  }
}

class TreeReader {
  readonly #source: string;
  readonly #lenient: boolean;
  readonly #report: ReadingReport;
  readonly #roots: XmlElement[] = [];
  readonly #open: XmlElement[] = [];
  #elements = 0;
  /** The element that ended right before, if nothing but blanks came since: what L7 may open again. */
  #justClosed: XmlElement | null = null;

  constructor(source: string, lenient: boolean, report: ReadingReport) {
    this.#source = source;
    this.#lenient = lenient;
    this.#report = report;
  }

  take(token: XmlToken): void {
    switch (token.kind) {
      case 'open':
        this.#start(token);
        break;
      case 'close':
        this.#close(token.name, token.offset);
        break;
      case 'text':
        this.#text(token);
        break;
      case 'declaration':
        this.#declaration(token);
        break;
    }
  }

  end(offset: number): readonly XmlElement[] {
    const open = this.#open.at(-1);
    if (open !== undefined)
      throw new XmlStop(offset, 'syntax', `the document ends inside <${open.name}>; close it with </${open.name}>, or find what was cut off`);
    if (this.#roots.length === 0)
      throw new XmlStop(offset, 'syntax', 'the document holds no element; a pricing model begins with <pricingModel version="1.0">');
    return this.#roots;
  }

  #start(token: XmlToken & { kind: 'open' }): void {
    this.#elements += 1;
    if (this.#elements > limits.pricingModelElements)
      throw new XmlStop(token.offset, 'too-large', `a pricing model has at most ${limits.pricingModelElements} elements`);
    if (this.#lenient) this.#reopen(token.name);
    if (this.#open.length >= limits.pricingModelDepth)
      throw new XmlStop(token.offset, 'nesting', `elements nest at most ${limits.pricingModelDepth} deep here`);
    const { name, attributes, offset, selfClosed } = token;
    const element: XmlElement = { name, attributes: [...attributes], children: [], text: '', textOffset: -1, offset, selfClosed };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root(element);
    else parent.children.push(element);
    if (selfClosed) this.#justClosed = element;
    else this.#open.push(element);
    if (!selfClosed) this.#justClosed = null;
    for (const attribute of attributes) {
      if (this.#source[attribute.offset] === '=') this.#report.repair(attribute.offset, 'L5', `nameless attribute of ${name} read as ${attribute.name}`);
    }
  }

  #root(element: XmlElement): void {
    if (this.#roots.length > 0 && !(this.#lenient && element.name === 'pricingModel')) {
      throw new XmlStop(element.offset, 'number-of-models', `<${element.name}> stands behind the end of the model; a document holds one pricingModel`);
    }
    this.#roots.push(element);
  }

  /** L7: `<billingAttributes/>` with what belongs into it right behind, where it could not stand, was meant as an open tag. */
  #reopen(next: string): void {
    const container = this.#justClosed;
    if (container === null || !container.selfClosed || container.children.length > 0) return;
    const parent = this.#open.at(-1)?.name ?? null;
    const canonical = elementSpelling(container.name, next)?.name ?? next;
    if (!mayContain(container.name, canonical) || mayContain(parent, canonical)) return;
    this.#report.repair(container.offset, 'L7', `<${container.name}/> read as an open tag, as <${next}> belongs into it`);
    this.#open.push(container);
  }

  #close(name: string, offset: number): void {
    const top = this.#open.at(-1);
    if (top?.name === name) {
      this.#justClosed = this.#open.pop() ?? null;
      return;
    }
    if (!this.#open.some((element) => element.name === name)) {
      this.#stray(name, offset);
      return;
    }
    for (let inner = this.#open.at(-1); inner !== undefined && inner.name !== name; inner = this.#open.at(-1)) {
      if (!this.#lenient) {
        throw new XmlStop(inner.offset, 'syntax', `<${inner.name}> is still open at </${name}>; close it as <${inner.name} .../>, ${LENIENT}`);
      }
      this.#closeImplicitly(inner, name);
    }
    this.#justClosed = this.#open.pop() ?? null;
  }

  #closeImplicitly(inner: XmlElement, by: string): void {
    this.#open.pop();
    this.#report.repair(inner.offset, 'L2', `<${inner.name}> closed implicitly by </${by}>`);
    if (inner.children.length === 0) return;
    const doubt = `<${inner.name}> has no end of its own, so that what follows it was read as its inside, up to </${by}>`;
    this.#report.warn(inner.offset, 'price-may-differ', 'A-2', `${doubt}: close it where it ends`);
  }

  #stray(name: string, offset: number): void {
    if (!this.#lenient) throw new XmlStop(offset, 'syntax', `</${name}> ends nothing that is open; take it out, ${LENIENT}`);
    this.#report.repair(offset, 'L3', `stray </${name}> ignored`);
    const parent = this.#open.at(-1);
    if (parent === undefined && this.#roots.length > 0) return;
    if (parent?.children.at(-1)?.name === name) return;
    this.#report.warn(
      offset,
      'price-may-differ',
      'A-3',
      `the start of <${name}> may be missing, and with it what the model meant to charge: read the model again before use`,
    );
  }

  #text({ text, plain, offset }: XmlToken & { kind: 'text' }): void {
    const blanks = text.search(/[^ \t\r\n]/);
    const parent = this.#open.at(-1);
    if (parent === undefined && plain && blanks < 0) return;
    if (parent === undefined) throw new XmlStop(offset + Math.max(0, blanks), 'stray-text', 'here is text outside of the model; take it out');
    parent.text += text;
    if (blanks < 0) return;
    if (parent.textOffset < 0) parent.textOffset = offset + blanks;
    this.#justClosed = null;
  }

  #declaration(token: XmlToken & { kind: 'declaration' }): void {
    if (token.sound && token.offset === 0) return;
    const misplaced = token.sound ? 'the XML declaration stands only at the very beginning' : 'an XML declaration reads <?xml version="1.0"?>';
    if (!this.#lenient) throw new XmlStop(token.offset, 'declaration', `${misplaced}; correct it, ${LENIENT}`);
    if (this.#open.length > 0)
      throw new XmlStop(token.offset, 'declaration', `${misplaced}, not inside a model: the end of one model may be missing before it`);
    this.#report.repair(token.offset, 'L1', `${token.sound ? 'misplaced' : 'malformed'} XML declaration dropped`);
  }
}
