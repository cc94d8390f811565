import { describe, expect, test } from 'vitest';
import { cellText, headingOf, reportTable, shownColumns } from '../../../../src/headend/operator/report-table.ts';

const use = { work: 'w1', title: 'Night Tram', timesAccessed: 3, usedMs: 3_723_900, chargedMinor: '1205', currency: 'EUR' };

describe('a report, as people read it', () => {
  test('has its headings in words, amounts in their currency and times by the clock', () => {
    const columns = shownColumns([use]);
    expect(columns.map(headingOf)).toEqual(['Title', 'Times accessed', 'Used', 'Charged']);
    expect(columns.map((column) => cellText(use, column))).toEqual(['Night Tram', '3', '1:02:03', '12.05 EUR']);
    expect(headingOf('isrc')).toBe('ISRC');
  });

  test('keeps the id of a work that has no title, and minor units of an unknown currency', () => {
    const bare = { ...use, title: '', usedMs: 59_999, currency: '' };
    expect(shownColumns([bare]).map((column) => cellText(bare, column))).toEqual(['w1', '3', '0:59', '1205']);
  });

  test('shows a work where nothing says its title, and lets no title write into the page', () => {
    const rows = [{ work: '<b>', records: 2 }];
    const page = reportTable('rows', rows).text;
    expect(page).toContain('<td>&lt;b&gt;</td><td class="n">2</td>');
  });
});
