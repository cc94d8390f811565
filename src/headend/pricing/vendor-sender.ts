import type { Log } from '../../ports/log.ts';
import type { VendorResult, VendorResultStore } from '../stores/vendor-result-rows.ts';

/** Sends JSON to an address. @returns the HTTP status, or why there is none */
export type PostJson = (address: string, body: string) => Promise<number | string>;

const AT_ONCE = 5;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 86_400_000;
/** Some three weeks: a vendor who is away that long is asked no more, and the operator sees it. */
const ATTEMPTS_MAX = 30;

/**
 * Brings results of triggers that only their vendor understands to the vendor's address, as a contextual response (P-22): each until the
 * vendor takes it (2xx), with growing pauses. Delivered at least once; the body is the same each time, so that a vendor can tell.
 */
export class VendorSender {
  readonly #parts: { readonly store: VendorResultStore; readonly post: PostJson; readonly wallMs: () => number; readonly log: Log };
  #busy = false;

  constructor(parts: { readonly store: VendorResultStore; readonly post: PostJson; readonly wallMs: () => number; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Sends what is due. A second call while the first is under way does nothing. */
  async turn(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const result of this.#parts.store.vendorResultsDue(AT_ONCE)) await this.#send(result);
    } catch (error) {
      this.#parts.log.warn('vendor-results-waiting', { reason: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#busy = false;
    }
  }

  async #send({ number, vendor, address, body, attempts }: VendorResult): Promise<void> {
    const { store, post, wallMs, log } = this.#parts;
    const outcome = await post(address, body);
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) {
      store.vendorResultDelivered(number);
      log.info('vendor-result-delivered', { number, vendor, attempts: attempts + 1 });
      return;
    }
    const reason = typeof outcome === 'number' ? `the vendor answered ${outcome}` : outcome;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20));
    const last = attempts + 1 >= ATTEMPTS_MAX;
    store.vendorResultFailed(number, reason, last ? null : wallMs() + pauseMs);
    log.warn(last ? 'vendor-result-given-up' : 'vendor-result-failed', { number, vendor, attempts: attempts + 1, reason });
  }
}
