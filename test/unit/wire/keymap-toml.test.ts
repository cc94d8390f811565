import { describe, expect, test } from 'vitest';
import { parseKeymaps, printKeymap } from '../../../src/wire/keymap-toml.ts';

describe('keymaps in the kernel’s form', () => {
  test('are read as ir-keytable writes them: comments, several protocols, decimal and hexadecimal scancodes', () => {
    const text = `# generated
[[protocols]]
name = "hauppauge"
protocol = "rc-5"   # with a comment
variant = "rc-5"
[protocols.scancodes]
0x1e3b = "KEY_SELECT"
0x1e3d = "KEY_POWER2"

[[protocols]]
name = "other"
protocol = "nec"
[protocols.scancodes]
64 = "KEY_OK"
[protocols.raw]
`;
    expect(parseKeymaps(text)).toEqual({
      ok: true,
      value: [
        {
          name: 'hauppauge',
          protocol: 'rc-5',
          keys: [
            { scancode: 0x1e3b, key: 'KEY_SELECT' },
            { scancode: 0x1e3d, key: 'KEY_POWER2' },
          ],
        },
        { name: 'other', protocol: 'nec', keys: [{ scancode: 64, key: 'KEY_OK' }] },
      ],
    });
  });

  test('come back as they were written', () => {
    const keymap = { name: 'gpio_ir_recv', protocol: 'nec', keys: [{ scancode: 0x40, key: 'KEY_OK' }] };
    expect(parseKeymaps(printKeymap(keymap))).toEqual({ ok: true, value: [keymap] });
  });

  test('a damaged line is named', () => {
    const read = parseKeymaps('[[protocols]]\nname = "x"\n[protocols.scancodes]\n0x40 KEY_OK\n');
    expect(read.ok ? '' : read.error.message).toContain('Line 4');
    const bare = parseKeymaps('[[protocols]]\n[protocols.scancodes]\nKEY_OK = "0x40"\n');
    expect(bare.ok ? '' : bare.error.message).toContain('Line 3');
  });
});
