import { parseArgs } from 'node:util';
import { auditInSteps, type PriceReport } from '../headend/pricing/price-audit.ts';
import type { HeadendBook } from '../headend/stores/headend-book.ts';
import { withHeadendBook } from './headend-book-file.ts';
import type { PriceAction } from './price-action.ts';
import { EXIT } from './subcommand.ts';

/** ackbox price audit: replays every licence of the headend's book, and compares with what stands there. */
export const priceAudit: PriceAction = async (argv, io) => {
  const { values } = parseArgs({ args: [...argv], options: { data: { type: 'string' }, json: { type: 'boolean', default: false } } });
  return withHeadendBook(values.data, io, (book) => {
    const report = auditBook(book);
    if (values.json) io.out(`${JSON.stringify(report)}\n`);
    else {
      for (const { licence, problem } of report.findings) io.out(`licence ${licence}: ${problem}\n`);
      io.out(
        `${report.licences} licences, ${report.events} uses and acceptances: ${report.findings.length === 0 ? 'all equal a replay' : `${report.findings.length} differences`}\n`,
      );
    }
    return report.findings.length === 0 ? EXIT.ok : EXIT.failed;
  });
};

function auditBook(book: HeadendBook): PriceReport {
  const steps = auditInSteps(book);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
