import { parseArgs } from 'node:util';

type Setting = number | boolean | string;
type Widened<T> = { readonly [K in keyof T]: T[K] extends number ? number : T[K] extends boolean ? boolean : string };

const COUNT = /^[0-9]{1,9}$/;

/**
 * The options of an npm script by their defaults: one whose default is a number takes a whole number. `--help` prints the help and ends the
 * script with 0; what is wrong ends it with 2 and a sentence.
 */
export function scriptOptions<const T extends Readonly<Record<string, Setting>>>(help: string, defaults: T, args = process.argv.slice(2)): Widened<T> {
  try {
    const options = Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, { type: typeof value === 'boolean' ? 'boolean' : 'string' } as const]),
    );
    const { values }: { values: Record<string, unknown> } = parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) {
      process.stdout.write(help);
      process.exit(0);
    }
    const read = Object.entries(defaults).map(([name, otherwise]) => [name, settingOf(name, values[name], otherwise)]);
    return Object.fromEntries(read) as Widened<T>;
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\nSee --help.\n`);
    process.exit(2);
  }
}

function settingOf(name: string, given: unknown, otherwise: Setting): Setting {
  if (given === undefined) return otherwise;
  if (typeof otherwise !== 'number') return given as Setting;
  if (typeof given !== 'string' || !COUNT.test(given)) throw new TypeError(`--${name} takes a whole number, not ${JSON.stringify(given)}.`);
  return Number(given);
}
