/** An attribute as read: `value` has references resolved, `raw` is the source between the quotes. */
export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly raw: string;
  readonly offset: number;
  readonly valueOffset: number;
}

/** An element with its place in the source. Only the reader that builds the tree, and the repairs, change it. */
export interface XmlElement {
  name: string;
  readonly attributes: XmlAttribute[];
  readonly children: XmlElement[];
  /** All character data directly inside, in one. */
  text: string;
  /** Where the first character that is not blank stands; -1: there is none. */
  textOffset: number;
  readonly offset: number;
  readonly selfClosed: boolean;
}

export function attributeOf(element: XmlElement, name: string): XmlAttribute | null {
  return element.attributes.find((attribute) => attribute.name === name) ?? null;
}

export function childOf(element: XmlElement, name: string): XmlElement | null {
  return element.children.find((child) => child.name === name) ?? null;
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Well-formed XML of the tree: what the schema judges where the source had to be repaired. */
export function writeXml(element: XmlElement): string {
  const attributes = element.attributes.map(({ name, value }) => ` ${name}="${escapeText(value)}"`).join('');
  const content = escapeText(element.text) + element.children.map(writeXml).join('');
  return content === '' ? `<${element.name}${attributes}/>` : `<${element.name}${attributes}>${content}</${element.name}>`;
}

function escapeText(text: string): string {
  return text.replace(/[<>&"\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const REFERENCE = /&[^;]*;|\r\n|[\s\S]/y;

/** Where the character `index` of an attribute's value stands in the source, references and all. */
export function offsetWithin(attribute: XmlAttribute, index: number): number {
  if (attribute.raw.length === attribute.value.length) return attribute.valueOffset + index;
  let offset = 0;
  for (let passed = 0; passed < index && offset < attribute.raw.length; passed += 1) {
    REFERENCE.lastIndex = offset;
    offset += REFERENCE.exec(attribute.raw)?.[0].length ?? 1;
  }
  return attribute.valueOffset + offset;
}
