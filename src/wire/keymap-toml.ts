import { type Fault, fault, ok, type Result } from '../units/result.ts';

/**
 * A keymap in the kernel's form: the toml files of ir-keytable (v4l-utils, /lib/udev/rc_keymaps), as far as they name keys. Key names are
 * the kernel's; who reads them decides which it knows.
 */
export interface Keymap {
  readonly name: string;
  /** As ir-keytable names it: `nec`, `rc-5`, `cec`. */
  readonly protocol: string;
  readonly keys: readonly { readonly scancode: number; readonly key: string }[];
}

/** Every protocol of the file is a keymap of its own. Errors: `malformed`, with the line. Tables that name no keys are passed over. */
export function parseKeymaps(text: string): Result<readonly Keymap[], Fault<'malformed'>> {
  const keymaps: { name: string; protocol: string; keys: { scancode: number; key: string }[] }[] = [];
  let table = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/^\s+|\s*(?:#[^"]*)?$/g, '');
    const header = /^\[\[?([\w.]+)\]?\]$/.exec(line)?.[1];
    if (header !== undefined) {
      table = header;
      if (header === 'protocols') keymaps.push({ name: '', protocol: '', keys: [] });
      continue;
    }
    const pair = /^"?([\w-]+)"?\s*=\s*(.+)$/.exec(line);
    if (line !== '' && pair === null) return fault('malformed', `Line ${index + 1} of the keymap is neither a table nor a name with a value.`);
    const keymap = keymaps.at(-1);
    if (pair === null || keymap === undefined) continue;
    const [, name = '', value = ''] = pair;
    const words = /^"(.*)"$/.exec(value)?.[1];
    if (table === 'protocols.scancodes') {
      if (words === undefined || !/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(name))
        return fault('malformed', `Line ${index + 1} of the keymap is no scancode with the name of a key, such as 0x40 = "KEY_OK".`);
      keymap.keys.push({ scancode: Number(name), key: words });
    } else if (table === 'protocols' && words !== undefined) {
      if (name === 'name') keymap.name = words;
      if (name === 'protocol') keymap.protocol = words;
    }
  }
  return ok(keymaps);
}

export function printKeymap({ name, protocol, keys }: Keymap): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '_')}"`;
  const rows = keys.map(({ scancode, key }) => `0x${scancode.toString(16)} = ${quoted(key)}`);
  return `[[protocols]]\nname = ${quoted(name)}\nprotocol = ${quoted(protocol)}\n[protocols.scancodes]\n${rows.join('\n')}\n`;
}
