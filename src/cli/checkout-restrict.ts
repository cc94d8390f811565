import { parseArgs } from 'node:util';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const OPTIONS = {
  age: { type: 'string' },
  regions: { type: 'string' },
  region: { type: 'string' },
  'below-age': { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/;
const OLDEST = 21;

/** `checkout restrict WORK` and `checkout place BOX`: for whom and where a work is, and where a box stands; null where the call is wrong. */
export function restrictOrPlace(what: 'restrict' | 'place', argv: readonly string[], io: CommandIo): number | null {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  const [id, ...rest] = positionals;
  if (id === undefined || rest.length > 0) return null;
  const [mine, others] = what === 'restrict' ? [values.age, values['below-age'] ?? values.region] : [values['below-age'], values.age ?? values.regions];
  const age = mine === undefined ? null : Number(mine);
  const regions = (what === 'restrict' ? values.regions : values.region)?.split(',') ?? null;
  if (others !== undefined || (age !== null && !(Number.isSafeInteger(age) && age >= 1 && age <= OLDEST))) return null;
  if (regions?.some((region) => !REGION.test(region)) === true || (what === 'place' && (regions?.length ?? 1) > 1)) return null;
  return withHeadendBook(values.data, io, (book) => {
    const kept = what === 'restrict' ? book.putConstraint(id, { ageRating: age, regions }) : book.putPlace(id, { region: regions?.[0] ?? null, belowAge: age });
    if (!kept) io.err(`ackbox: there is no ${what === 'restrict' ? 'work' : 'box'} ${id}.\n`);
    else io.out(values.json ? `${JSON.stringify(what === 'restrict' ? book.constraintOf(id) : book.placeOf(id))}\n` : `${id} is so from now on.\n`);
    return kept ? EXIT.ok : EXIT.failed;
  });
}
