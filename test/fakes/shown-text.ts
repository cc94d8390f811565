/**
 * What stands on a terminal after all that was written to it: line ends, backspaces, and the moves of the cursor that a line editor makes
 * (to a column, left, right, clear to the end of the screen or line, bell). Lines are as long as they are; nothing scrolls away.
 */
export class ShownText {
  readonly #rows: string[] = [''];
  #column = 0;
  #rest = '';

  write(text: string): void {
    const all = this.#rest + text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal reads
    const tokens = /\u001b\[([\d;?]*)([A-Za-z])|\u001b(?!\[)|[^\u001b]/gy;
    let at = 0;
    for (let token = tokens.exec(all); token !== null; token = tokens.exec(all)) {
      at = tokens.lastIndex;
      if (token[2] === undefined) this.#put(token[0]);
      else this.#move(token[2], Number(token[1] || '0'));
    }
    this.#rest = all.slice(at);
  }

  text(): string {
    return this.#rows.join('\n');
  }

  #put(letter: string): void {
    if (letter === '\r') this.#column = 0;
    else if (letter === '\n') this.#rows.push('');
    else if (letter === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (letter >= ' ') this.#write(letter);
  }

  #write(letter: string): void {
    const row = this.#row().padEnd(this.#column);
    this.#keep(row.slice(0, this.#column) + letter + row.slice(this.#column + 1));
    this.#column += 1;
  }

  #move(what: string, count: number): void {
    if (what === 'G') this.#column = Math.max(1, count) - 1;
    if (what === 'C') this.#column += Math.max(1, count);
    if (what === 'D') this.#column = Math.max(0, this.#column - Math.max(1, count));
    if ((what === 'J' || what === 'K') && count === 0) this.#keep(this.#row().slice(0, this.#column));
  }

  #row(): string {
    return this.#rows.at(-1) ?? '';
  }

  #keep(row: string): void {
    this.#rows[this.#rows.length - 1] = row;
  }
}
