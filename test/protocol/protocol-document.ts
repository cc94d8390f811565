import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../PROTOCOL.md', import.meta.url);
const WORDS_A_LINE = 16;

/** The vector blocks of the protocol document, by name, as bytes. */
export function readVectors(): ReadonlyMap<string, Uint8Array> {
  const text = readFileSync(DOCUMENT, 'utf8');
  const blocks = [...text.matchAll(/^```vector ([a-z-]+)\n([0-9a-f\s]+)^```$/gm)];
  return new Map(blocks.map(([, name = '', hex = '']) => [name, new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'))]));
}

/** The text blocks of the protocol document, by name, as they stand there. */
export function readTexts(): ReadonlyMap<string, string> {
  const blocks = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^```text ([a-z-]+)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name = '', text = '']) => [name, text]));
}

/** As the document shows it: lines without their carriage returns, and an end of line at its end, which it may not have. */
export function showText(text: string): string {
  return `${text.replaceAll('\r\n', '\n').replace(/\n$/, '')}\n`;
}

export function formatVector(name: string, bytes: Uint8Array): string {
  const words =
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,4}/g) ?? [];
  const lines = Array.from({ length: Math.ceil(words.length / WORDS_A_LINE) }, (_, line) =>
    words.slice(line * WORDS_A_LINE, (line + 1) * WORDS_A_LINE).join(' '),
  );
  return `\`\`\`vector ${name}\n${lines.join('\n')}\n\`\`\``;
}
