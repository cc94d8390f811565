import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

type Entry = { readonly name: string; readonly mode: number; readonly data: Uint8Array };

const FOLDER = 0o040755;
const FILE = 0o100755;
const LINK = 0o120777;

/** An initramfs as the kernel reads it: cpio in its "newc" form. A later entry of the same name wins. */
export class Initramfs {
  readonly #entries = new Map<string, Entry>();

  folder(name: string): this {
    return this.#put(name, FOLDER, new Uint8Array());
  }

  file(name: string, data: Uint8Array | string): this {
    this.#parents(name);
    return this.#put(name, FILE, typeof data === 'string' ? Buffer.from(data) : data);
  }

  link(name: string, target: string): this {
    this.#parents(name);
    return this.#put(name, LINK, Buffer.from(target));
  }

  /** Copies what of a folder's files `wanted` names, with `/bin`, `/sbin` and `/lib` below `/usr`, as Debian has them by now. */
  tree(root: string, wanted: (path: string) => boolean, at = ''): this {
    for (const name of readdirSync(join(root, at))) {
      const path = at === '' ? name : `${at}/${name}`;
      const facts = lstatSync(join(root, path));
      if (facts.isDirectory()) this.tree(root, wanted, path);
      else if (wanted(path)) {
        const target = /^(bin|sbin|lib)\//.test(path) ? `usr/${path}` : path;
        if (facts.isSymbolicLink()) this.link(target, readlinkSync(join(root, path)));
        else this.file(target, readFileSync(join(root, path)));
      }
    }
    return this;
  }

  pack(): Uint8Array {
    const all = [...this.#entries.values(), { name: 'TRAILER!!!', mode: 0, data: new Uint8Array() }];
    return Buffer.concat(all.map((entry, index) => packed(entry, index + 1)));
  }

  #parents(name: string): void {
    const parts = name.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) if (!this.#entries.has(parts.slice(0, depth).join('/'))) this.folder(parts.slice(0, depth).join('/'));
  }

  #put(name: string, mode: number, data: Uint8Array): this {
    this.#entries.set(name, { name, mode, data });
    return this;
  }
}

function packed({ name, mode, data }: Entry, inode: number): Uint8Array {
  const label = Buffer.from(`${name}\0`);
  const numbers = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, label.length, 0];
  const header = Buffer.from(`070701${numbers.map((value) => value.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([toFour(Buffer.concat([header, label])), toFour(data)]);
}

function toFour(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
