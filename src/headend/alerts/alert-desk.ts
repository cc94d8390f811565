import { type BoxFacts, findAlerts, isQuiet } from '../../domain/fleet/alerts.ts';
import { openZone } from '../../domain/rating/zone.ts';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { OutletStore } from '../../ports/outlet-store.ts';
import { amountText } from '../operator/layout.ts';
import type { AlertStore, KeptAlert } from '../stores/alert-rows.ts';
import type { CollectionRow, OperatorReportStore } from '../stores/operator-report-rows.ts';
import type { OperatorStore } from '../stores/operator-rows.ts';
import type { TellPeople } from './alert-channels.ts';
import { type AlertSettings, readAlertSettings } from './alert-settings.ts';

export type AlertBook = AlertStore &
  Pick<OperatorStore, 'outletStatus' | 'generations' | 'quarantinedSequences'> &
  Pick<OperatorReportStore, 'faultsOf' | 'collections'> &
  Pick<OutletStore, 'outlets'> & { getSetting(name: string): string | null; putSetting(name: string, value: string): void };

export interface AlertDeskParts {
  readonly book: AlertBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: TellPeople;
}

const FAULTS = 20;
const COLLECTIONS = 50;
const AT_ONCE = 50;
const RETRY_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;

/** Looks over the fleet, keeps what is to be told, and tells it when people may be told. Nothing is told twice, nothing is forgotten. */
export class AlertDesk {
  readonly #parts: AlertDeskParts;
  #telling = false;

  constructor(parts: AlertDeskParts) {
    this.#parts = parts;
  }

  /** One look; one that fails (a locked book) is made again at the next turn. Faults older than a day are history, not news. */
  async look(): Promise<void> {
    const { book, clock, log } = this.#parts;
    try {
      const nowMs = clock.wallMs();
      book.putAlerts(findAlerts(this.#facts(nowMs), nowMs, limits.boxSilentMs));
      await this.#tell(readAlertSettings(book), nowMs);
    } catch (error) {
      log.warn('alerts-not-looked-after', { message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #tell(settings: AlertSettings, nowMs: number): Promise<void> {
    const { book, log, tell } = this.#parts;
    if (this.#telling || (settings.webhook === '' && (settings.smtp === '' || settings.mailTo === ''))) return;
    const quiet = isQuiet(settings.quiet, minuteOf(nowMs, settings.zone));
    const due = book.untoldAlerts(AT_ONCE).filter((alert) => (!quiet || alert.urgent) && isDue(alert, nowMs));
    if (due.length === 0) return;
    this.#telling = true;
    try {
      const problem = await tell(due, settings);
      const keys = due.map(({ key }) => key);
      if (problem === null) book.noteTold(keys);
      else {
        book.noteUntold(keys, problem);
        log.warn('alert-not-told', { alerts: keys.length, problem });
      }
    } finally {
      this.#telling = false;
    }
  }

  #facts(nowMs: number): readonly BoxFacts[] {
    const { book } = this.#parts;
    const collections = book.collections(COLLECTIONS);
    return book.outlets().map(({ outlet, name }) => {
      const status = book.outletStatus(outlet);
      const faults = book.faultsOf(outlet, FAULTS).filter(({ atMs }) => nowMs - atMs < limits.alertNewsMs);
      return {
        outlet,
        name,
        lastContactMs: status?.atMs ?? null,
        service: String(status?.status.service ?? ''),
        faults: faults.map((row) => ({ id: row.id, ...readFault(row.body) })),
        collections: collections.filter((row) => row.outlet === outlet && nowMs - row.atMs < limits.alertNewsMs).map(varianceOf),
        quarantined: book.generations(outlet).reduce((sum, { generation }) => sum + book.quarantinedSequences(outlet, generation, COLLECTIONS).length, 0),
      };
    });
  }
}

function varianceOf(row: CollectionRow): BoxFacts['collections'][number] {
  const varianceMinor = BigInt(row.countedMinor) - BigInt(row.expectedMinor);
  return { id: `${row.generation}:${row.sequence}`, number: row.number, varianceMinor, words: amountText(varianceMinor, row.currency) };
}

function readFault(body: string): { readonly code: string; readonly message: string } {
  try {
    const { code, message } = JSON.parse(body) as { readonly code?: unknown; readonly message?: unknown };
    return { code: String(code), message: String(message) };
  } catch {
    return { code: 'unreadable', message: 'A fault record can not be read.' };
  }
}

/** After each failure twice as late. */
function isDue({ tries, triedAtMs }: KeptAlert, nowMs: number): boolean {
  return tries === 0 || nowMs - triedAtMs >= Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (tries - 1));
}

function minuteOf(nowMs: number, zoneName: string): number {
  const zone = openZone(zoneName);
  const wallMs = nowMs + (zone.ok ? zone.value.offsetAt(nowMs) : 0);
  return Math.floor(wallMs / 60_000) % 1_440;
}
