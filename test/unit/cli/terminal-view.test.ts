import { describe, expect, it } from 'vitest';
import { renderTerminal } from '../../../src/cli/terminal-view.ts';
import { columnsOf } from '../../../src/cli/text-columns.ts';
import { sampleFrame as frame, sampleView as view } from '../../fakes/sample-view.ts';

const PRELISTEN = 'Listening to Corner Shop Bossa free for 29 more seconds. OK plays it for 0.50 EUR.';
const RECEIPT =
  'Corner Shop Bossa - Dona Lena Trio\nHeard 0:05 of 1:37 (skipped)\nPrice 0.50 EUR, charged 0.03 EUR\nRefunded 0.47 EUR to your credit at this box';

describe('the terminal view', () => {
  it.each([
    [80, 24],
    [60, 24],
    [40, 12],
  ])('fits %i columns and %i lines, whatever it has to say', (columns, rows) => {
    const message = `${'a very long message '.repeat(10)}\u001b[2J`;
    const lines = renderTerminal(view, { ...frame, columns, rows, message });
    expect(Math.max(...lines.map(columnsOf))).toBeLessThan(columns);
    expect(lines.length).toBeLessThanOrEqual(rows);
  });

  it('says the price of a pre-listen to the end, on a second line where one is too short', () => {
    const lines = renderTerminal({ ...view, sentence: PRELISTEN }, frame);
    expect(lines).toContain(' Listening to Corner Shop Bossa free for 29 more seconds. OK plays it for 0.50');
    expect(lines).toContain(' EUR.');
  });

  it('shows a receipt whole, a line of it on a line of the terminal', () => {
    const lines = renderTerminal(view, { ...frame, message: RECEIPT });
    expect(lines.slice(-4)).toEqual(RECEIPT.split('\n').map((line) => ` ${line}`));
  });

  it('names the path of the console where one is open, and nothing of it otherwise', () => {
    expect(renderTerminal(view, { ...frame, consolePath: '/srv/ackbox/box/console' })).toContain(' console /srv/ackbox/box/console');
    expect(renderTerminal(view, frame).join('\n')).not.toContain('console');
  });

  it('offers a coin at a jukebox, and neither coin nor slot at a TV', () => {
    const tv = { ...view, name: 'Set-top box', profile: 'set-top', cash: 'inhibited' } as const;
    expect(renderTerminal(view, frame).join('\n')).toMatch(/coins accepted[\s\S]*c coin/);
    expect(renderTerminal(tv, frame).join('\n')).not.toMatch(/\bcoin/);
  });

  it('keeps sentence, title, window, price and keys where the terminal is low and narrow', () => {
    const text = renderTerminal({ ...view, sentence: PRELISTEN }, { ...frame, columns: 60, rows: 18 })
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    for (const part of [PRELISTEN, 'A title that is far too long', '50 of 50 packets unpaid', '0.50 EUR 3/8', 'enter OK', 'q quit'])
      expect(text).toContain(part);
  });

  it('shows how full the credit window is, what was paid, and that acknowledgements are held back', () => {
    const text = renderTerminal(view, frame).join('\n');
    expect(text).toContain(`[${'#'.repeat(24)}]   50 of 50 packets unpaid`);
    expect(text).toContain('ACK 2350 of 2400 sent');
    expect(text).toContain('0.25 EUR   price now 0.50 EUR   ACKs SUPPRESSED   stalled: credit');
  });

  it('lets no control character of a title or message through to the terminal', () => {
    const lines = renderTerminal({ ...view, sentence: 'a\u001b[31mb' }, { ...frame, message: 'c\u0007d' });
    expect(lines.some((line) => /\p{Cc}/u.test(line))).toBe(false);
  });
});
