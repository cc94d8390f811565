import { splitAmount } from '../../domain/ledger/split-amount.ts';
import type { SettlementStore } from '../stores/settlement-rows.ts';
import type { ReportPeriod, ReportRow } from '../stores/usage-report-rows.ts';

/** Only what somebody paid is shared: what the house or its staff gave away is nobody's income, and what is not reported yet waits. */
const SHARED: readonly string[] = ['paid', 'card', 'account', 'beside-plays'];

/** Each location's takings by source of money, and each party's share of them by the location's rule; exact to the minor unit. */
export function settlementRowsOf(store: SettlementStore, period: ReportPeriod): readonly ReportRow[] {
  return store.takings(period).flatMap(({ location, name, fundingSource, plays, heardMs, grossMinor, currency }) => {
    const row = { location, locationName: name, fundingSource, plays, heardMs, grossMinor };
    const shares = store.splitRule(location);
    if (!SHARED.includes(fundingSource)) return [{ ...row, party: '', perMille: 0, shareMinor: '0', currency }];
    const amounts = splitAmount(BigInt(grossMinor), shares);
    return shares.map(({ party, perMille }, place) => ({ ...row, party, perMille, shareMinor: String(amounts[place] ?? 0n), currency }));
  });
}

/**
 * The elements that PRS for Music asks of a return: title, writer or performer, duration, plays, dates; and of those it takes beside them
 * the ones we know. We know no songwriters: that column is empty, never guessed. Pre-listens are no plays here; their time is time used.
 * Source: prsformusic.com, "What should be included when reporting radio station usage" (no layout for jukeboxes is published).
 */
export function prsRowsOf(store: SettlementStore, period: ReportPeriod): readonly ReportRow[] {
  return store
    .performances(period)
    .filter(({ plays }) => plays > 0)
    .map(({ title, artist, album, isrc, durationMs, plays, heardMs, firstDay, lastDay }) => ({
      ...{ 'Music Title': title, 'Songwriter/Composer': '', Performer: artist, 'Music Duration': clock(durationMs), 'Number of Plays': plays },
      ...{ 'Duration Used': clock(heardMs), 'First Date': firstDay, 'Last Date': lastDay, 'Album Title': album, ISRC: isrc },
    }));
}

/**
 * The elements of a report of use under 37 CFR 370.4(d)(2), in the order of its file format: one line a recording, with its total
 * performances; any part that somebody heard is one, pre-listens too. ISRC, or album and label; we know no labels. The regulation's heading
 * lines (370.4(e)) are the sender's own. A jukebox that sells single titles is interactive and not under that licence: the shape is.
 */
export function soundExchangeRowsOf(store: SettlementStore, period: ReportPeriod): readonly ReportRow[] {
  const [service, category] = [store.returnSetting('service-name'), store.returnSetting('transmission-category')];
  return store.performances(period).map(({ title, artist, album, isrc, plays, trials }) => ({
    ...{ 'Name of Service': service, 'Transmission Category': category, 'Featured Artist': artist, 'Sound Recording Title': title, ISRC: isrc },
    ...{ 'Album Title': album, 'Marketing Label': '', 'Actual Total Performances': plays + trials },
  }));
}

/** `1:02:03` */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number): string => String(value % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}
