import { parseArgs } from 'node:util';
import { beginWalk, CHECKOUT_OUTCOMES, type CheckoutOutcome, type CheckoutStep, type CheckoutWalk, walkStep } from '../domain/licence/checkout-walk.ts';
import { readSteps } from '../domain/licence/checkout-words.ts';
import { statusAt } from '../domain/licence/licence.ts';
import { ok } from '../units/result.ts';
import { lendOrBound } from './checkout-lend.ts';
import { restrictOrPlace } from './checkout-restrict.ts';
import { type CheckoutCase, readCheckoutSteps } from './checkout-steps.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

const help = `How titles are lent, by the operator; and checkout, renewal and return of a title, walked without a headend.

usage: ackbox checkout walk --steps FILE [--json]
       ackbox checkout lend WORK [--mode intermittent|continuous] [--unlock use|lease|good] [--pulse SECONDS] [--days N] [--software]
                              [--fee MINOR | --model FILE.xml]
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
  --model        a pricing model by which each of them is one use instead, rated from those before of the same title; it has no metered time
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
  - JSON objects, one case a line
  - plain text, one step a line
  - reads standard input

Steps: checkout, download, register, paid, not paid, report, report before expiry, report after expiry, yes, no (to the question that
stands), renew, return, revoke, cancel. A step's code (report-before-expiry) does as well, and so does a sentence of several: "usage report
after expiry, not paid", "paid and report before expiry", "return; return". A licence is ready after checkout, and active from the download on.

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
    const input = readCheckoutSteps(values.steps);
    if (!input.ok) {
      io.err(`ackbox: ${input.error.message}\nSee ackbox checkout --help.\n`);
      return EXIT.failed;
    }
    const walks = input.value.cases.map(walkCase);
    const shown = input.value.single ? walks[0] : { cases: walks };
    io.out(values.json ? `${JSON.stringify(shown)}\n` : walks.map(sentence).join(''));
    return walks.every((walk) => walk.problem === null) ? EXIT.ok : EXIT.partly;
  },
};

interface Shown {
  readonly step: string;
  readonly code: CheckoutOutcome | 'unknown-step' | 'no-such-edge';
  readonly outcome: string;
  readonly why?: string;
}

function walkCase({ id, steps, lines }: CheckoutCase) {
  let walk = beginWalk();
  let problem: string | null = null;
  const shown: Shown[] = [];
  for (const [index, step] of steps.entries()) {
    const read = readSteps(step);
    const next = read === null ? null : walkSteps(walk, read);
    if (next?.ok) {
      const { outcome, why } = next.value;
      walk = next.value.walk;
      shown.push({ step, code: outcome, outcome: CHECKOUT_OUTCOMES[outcome], ...(why !== undefined && { why }) });
      continue;
    }
    const said = next === null ? `There is no step ${JSON.stringify(step)}; see ackbox checkout --help.` : next.error.message;
    problem = `${lines === null ? `step ${index + 1}` : `line ${lines[index]}`}: ${said}`;
    shown.push({ step, code: next === null ? 'unknown-step' : next.error.code, outcome: said });
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

/** The steps of one sentence; what the last of them led to. */
function walkSteps(walk: CheckoutWalk, steps: readonly CheckoutStep[]): ReturnType<typeof walkStep> {
  let walked: ReturnType<typeof walkStep> = ok({ walk, outcome: 'noted' });
  for (const step of steps) if (walked.ok) walked = walkStep(walked.value.walk, step);
  return walked;
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
  const asked = `${walk.id === undefined ? '' : `${walk.id}: `}${walk.steps.map(({ step }) => step).join(' -> ')}`;
  const why = walk.problem ?? walk.steps.at(-1)?.why;
  return `${asked}\n  ${walk.outcome} [${walk.code}]${why === undefined ? '' : `\n  ${why}`}\n`;
}
