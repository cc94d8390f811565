import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { beginWalk, CHECKOUT_OUTCOMES, type CheckoutOutcome, type CheckoutWalk, walkStep } from '../domain/licence/checkout-walk.ts';
import { readStep } from '../domain/licence/checkout-words.ts';
import { statusAt } from '../domain/licence/licence.ts';
import { lendOrBound } from './checkout-lend.ts';
import { restrictOrPlace } from './checkout-restrict.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

const help = `How titles are lent, by the operator; and checkout, renewal and return of a title, walked without a headend.

usage: ackbox checkout walk --steps FILE [--json]
       ackbox checkout lend WORK [--mode intermittent|continuous] [--unlock use|lease|good] [--pulse SECONDS] [--days N] [--software]
                              [--fee MINOR]
       ackbox checkout floor BOX MINOR
       ackbox checkout restrict WORK [--age YEARS] [--regions CC,CC]
       ackbox checkout place BOX [--region CC] [--below-age YEARS]
       restrict and place take --data DIR and --json; a headend may run on it
       lend and floor take --headend URL (default https://127.0.0.1:8443), --data DIR (the headend's folder) and --json

lend says how a work is lent from now on:
  --mode         intermittent (default): the box opens it without the headend; continuous: only as long as its session pulse comes
  --unlock       of an intermittent licence: use (the key goes after each use), lease (default: until its end), good (for ever)
  --pulse        seconds; a continuous licence ends its lease when no pulse came for so long
  --days         of one checkout or renewal (default 14)
  --software     erased after each use
  --fee          what a checkout and each renewal cost the account, in minor units (default 0); posted once, and told before it is agreed to
floor says what a box may owe, in minor units, before the headend has heard of it; it stands in the signed terms.

restrict says from which age on a work is, and in which regions (ISO 3166); without them it is for everybody, everywhere. Boxes are told the age,
and a set-top asks for its PIN. place says where a box stands, and from which age on nothing is offered there. A work that is not for a place
is not in its catalogue, and an offer or a checkout of it is refused before money is taken (region, age); a work that is bound to regions
is refused where nobody said where the box stands.

The walk begins with a title that was checked out and downloaded, and waits for its first usage report (state 336 of the
checkout figure). FILE is one of:
  - a list of steps:            ["paid", "report before expiry"]
  - a case:                     {"id": "K2", "steps": ["paid", "report before expiry"]}
  - a list of cases, or an object that holds one as "checkout_cases"
  - plain text, one step a line
  - reads standard input

Steps: checkout, download, register, paid, not paid, report, report before expiry, report after expiry, usage report not paid,
yes, no (to the question that stands), return, revoke, cancel. A step's code (report-before-expiry) does as well.

Each walk prints "outcome" (in words), "code" (closed: ${Object.keys(CHECKOUT_OUTCOMES).slice(0, 8).join(', ')},
${Object.keys(CHECKOUT_OUTCOMES).slice(8).join(', ')}), "state" (of the figure), "status" (of the licence)
and what each step led to; where a question stands, "answers" says what yes and no lead to. Several cases come as {"cases": [...]}.

Exit codes: 0 walked, 1 the file cannot be read, 2 wrong usage, 3 some step is unknown, or cannot be taken where it stands.
`;

export const checkoutCommand: Subcommand = {
  name: 'checkout',
  summary: 'say how titles are lent; walk a checkout, renewal or return',
  help,
  async run(argv, io) {
    if (argv[0] === 'lend' || argv[0] === 'floor') {
      const code = await lendOrBound(argv[0], argv.slice(1), io);
      if (code === null) io.err(help);
      return code ?? EXIT.usage;
    }
    if (argv[0] === 'restrict' || argv[0] === 'place') {
      const code = restrictOrPlace(argv[0], argv.slice(1), io);
      if (code === null) io.err(help);
      return code ?? EXIT.usage;
    }
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { steps: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    if (positionals.length !== 1 || positionals[0] !== 'walk' || values.steps === undefined) {
      io.err(help);
      return EXIT.usage;
    }
    const input = readInput(values.steps);
    if (input === null) {
      io.err(`ackbox: ${values.steps} holds no steps. See ackbox checkout --help.\n`);
      return EXIT.failed;
    }
    const walks = input.cases.map(walkCase);
    const shown = input.single ? walks[0] : { cases: walks };
    io.out(values.json ? `${JSON.stringify(shown)}\n` : walks.map(sentence).join(''));
    return walks.every((walk) => walk.problem === null) ? EXIT.ok : EXIT.partly;
  },
};

interface CheckoutCase {
  readonly id: string | null;
  readonly steps: readonly string[];
}

function readInput(path: string): { readonly cases: readonly CheckoutCase[]; readonly single: boolean } | null {
  const text = readFileSync(path === '-' ? 0 : path, 'utf8');
  const value = parse(text);
  const list = typeof value === 'object' && value !== null && 'checkout_cases' in value ? value.checkout_cases : value;
  if (isSteps(list)) return { cases: [{ id: null, steps: list }], single: true };
  const cases = Array.isArray(list) ? list.map(asCase) : [asCase(list)];
  return cases.every((one) => one !== null) && cases.length > 0 ? { cases, single: !Array.isArray(list) } : null;
}

/** What is no JSON is a list of lines. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
}

function isSteps(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((step) => typeof step === 'string');
}

function asCase(value: unknown): CheckoutCase | null {
  if (typeof value !== 'object' || value === null || !('steps' in value)) return null;
  const steps = typeof value.steps === 'string' ? [value.steps] : value.steps;
  return isSteps(steps) ? { id: 'id' in value && typeof value.id === 'string' ? value.id : null, steps } : null;
}

interface Shown {
  readonly step: string;
  readonly code: CheckoutOutcome | 'unknown-step' | 'no-such-edge';
  readonly outcome: string;
}

function walkCase({ id, steps }: CheckoutCase) {
  let walk = beginWalk();
  let problem: string | null = null;
  const shown: Shown[] = [];
  for (const step of steps) {
    const read = readStep(step);
    const next = read === null ? null : walkStep(walk, read);
    if (next?.ok) {
      walk = next.value.walk;
      shown.push({ step, code: next.value.outcome, outcome: CHECKOUT_OUTCOMES[next.value.outcome] });
      continue;
    }
    problem = next === null ? `There is no step ${JSON.stringify(step)}.` : next.error.message;
    shown.push({ step, code: next === null ? 'unknown-step' : next.error.code, outcome: problem });
    break;
  }
  const last = shown.at(-1);
  return {
    ...(id === null ? {} : { id }),
    outcome: last?.outcome ?? '',
    code: last?.code ?? 'noted',
    state: walk.at,
    status: statusAt(walk.licence, walk.nowMs),
    walked: walk.walked,
    feesCharged: walk.feesCharged,
    ...(walk.effects.length === 0 ? {} : { effects: walk.effects }),
    ...answersAt(walk, last?.code),
    steps: shown,
    problem,
  };
}

/** What would come next: yes and no where a question stands, a second return after the first. */
function answersAt(walk: CheckoutWalk, code: Shown['code'] | undefined): Readonly<Record<string, unknown>> {
  const after = (step: 'yes' | 'no' | 'return'): unknown => {
    const next = walkStep(walk, step);
    return next.ok ? { code: next.value.outcome, outcome: CHECKOUT_OUTCOMES[next.value.outcome], state: next.value.walk.at } : null;
  };
  if (code === 'offer-payment' || code === 'renewal-query') return { answers: { yes: after('yes'), no: after('no') } };
  return code === 'returned' ? { secondReturn: after('return') } : {};
}

function sentence(walk: ReturnType<typeof walkCase>): string {
  return `${walk.id === undefined ? '' : `${walk.id}: `}${walk.steps.map(({ step }) => step).join(' -> ')}\n  ${walk.outcome} [${walk.code}]\n`;
}
