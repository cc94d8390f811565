import type { LoanTerms } from '../../src/domain/licence/loan-terms.ts';
import { limits } from '../../src/limits.ts';
import { verifyEd25519 } from '../../src/platform/crypto/ed25519-signer.ts';
import { type Clock, every } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Log } from '../../src/ports/log.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { err, ok, type Result } from '../../src/units/result.ts';
import type { LendingOffer, LoanContent, ReturnRequest, StatusDocument } from '../../src/wire/licence-api.ts';
import { parseLoanTerms, signedLoanTermsBytes } from '../../src/wire/loan-text.ts';
import type { Decoder } from '../../src/wire/sdp.ts';
import type { LoanBook } from '../stores/loan-port.ts';
import type { SpendingBook } from '../stores/viewer-port.ts';
import type { LoanDownloads } from './loan-downloads.ts';
import type { LoanFiles } from './loan-files.ts';
import type { LoanKeys } from './loan-keys.ts';
import type { LoanShelf, ShelvedLoan } from './loan-shelf.ts';

export interface LoanCounterParts {
  readonly api: LicenceApi;
  readonly book: LoanBook & Pick<SpendingBook, 'watching'>;
  readonly shelf: LoanShelf;
  readonly files: LoanFiles;
  readonly keys: LoanKeys;
  readonly downloads: LoanDownloads;
  readonly clock: Clock;
  readonly log: Log;
  /** The films that this box shows. */
  readonly decodes: readonly Decoder[];
  readonly identity: () => { readonly account: string; readonly outlet: string; readonly headendPublicKey: Uint8Array };
}

/** The headend's answers after which it knows of a return, or has no use for it. */
const HEARD: ReadonlySet<string> = new Set(['return-already', 'return-expired', 'return', 'not-found', 'not-yours']);
const ENDED: ReadonlySet<StatusDocument['status']> = new Set(['returned', 'revoked', 'cancelled']);

type Answer = Result<StatusDocument, HeadendError>;

/** Checkout, renewal and return at this box (document 003, Fig. 9), with what they do to the content. */
export class LoanCounter {
  readonly #parts: LoanCounterParts;
  #stopSyncing: () => void = () => {};
  #stopPulsing: () => void = () => {};
  #pulsing: Promise<void> | null = null;
  /** Licences whose last pulse was not answered: said once, not twice a second for as long as there is no headend. */
  readonly #unanswered = new Set<string>();

  constructor(parts: LoanCounterParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { files, shelf, clock } = this.#parts;
    await files.open();
    await shelf.refresh();
    this.#stopSyncing = every(clock, limits.loanSyncMs, () => void this.sync());
    this.#stopPulsing = every(clock, limits.pulseLookMs, () => this.#pulse());
  }

  stop(): void {
    this.#stopSyncing();
    this.#stopPulsing();
    this.#parts.downloads.stop();
  }

  /** What a checkout would cost, and for how long. */
  offer(workId: string): Promise<Result<LendingOffer, HeadendError>> {
    return this.#parts.api.lendingOffer(workId, this.#parts.decodes);
  }

  /** @param maxFeeMinor what was agreed to be paid for it */
  async checkOut(workId: string, maxFeeMinor = '0'): Promise<Answer> {
    const { api, shelf, decodes } = this.#parts;
    const known = shelf.loans().find((loan) => loan.work.id === workId && loan.state !== 'held');
    if (known !== undefined) await this.#deliver(known);
    if (known !== undefined && shelf.find(known.licence) !== null) return err(returnFirst(known));
    const made = await api.checkOut(workId, decodes, maxFeeMinor, await this.#parts.book.watching());
    if (!made.ok) return made;
    // Registering is a hint to the provider: a failure changes nothing for the customer (LSD 1.0, 3.3).
    const registered = made.value.status === 'ready' ? await api.registerLicence(made.value.id) : made;
    const adopted = await this.#adopt(made.value.id);
    return adopted.ok ? (registered.ok ? registered : made) : adopted;
  }

  /** By one period; also after its end. @param maxFeeMinor what was agreed to be paid for it */
  async renew(licence: string, maxFeeMinor = '0'): Promise<Answer> {
    const loan = this.#parts.shelf.find(licence);
    if (loan?.state === 'breached')
      return err(refusal('breached', `${loan.work.title} was altered on the disk of this box; return it, and check it out again.`));
    const renewed = await this.#parts.api.renewLicence(licence, maxFeeMinor, await this.#parts.book.watching());
    // By a model it may cost more by now than what was signed: the next question shows that.
    if (!renewed.ok && renewed.error.problem === 'fee-not-agreed' && loan?.state === 'held') await this.#adopt(licence);
    if (!renewed.ok || loan === null) return renewed;
    const adopted = await this.#adopt(licence);
    return adopted.ok ? renewed : adopted;
  }

  async declineRenewal(licence: string): Promise<void> {
    await this.#parts.book.declineRenewal(licence);
    await this.#parts.shelf.refresh();
  }

  /**
   * Takes effect on this box at once: the key and the content are gone when this resolves, whether the headend can be told now or later.
   * @param whole sends the content back before it is deleted; that needs the headend
   */
  async giveBack(licence: string, whole: boolean): Promise<Result<'told' | 'to-be-told', HeadendError>> {
    const { book, shelf, files, keys } = this.#parts;
    const loan = shelf.find(licence);
    if (loan === null) return err(refusal('no-such-licence', 'This title is not on this box.'));
    if (shelf.inUse(licence)) return err(refusal('in-use', `${loan.work.title} is playing: stop it first.`));
    if (loan.state === 'held' || loan.state === 'breached') {
      const sent = whole ? await this.#sendBack(loan) : ok(undefined);
      if (!sent.ok) return sent;
      const brought = await this.#broughtBack(loan, whole);
      await book.endLoan(licence, 'returning', brought, whole ? 'sent back' : 'returned');
      keys.drop(licence);
      await files.remove(licence);
      await shelf.refresh();
    }
    await this.#deliver(shelf.find(licence));
    return ok(shelf.find(licence) === null ? 'told' : 'to-be-told');
  }

  /** What was done elsewhere or while there was no network: returns are delivered, revoked titles end, renewed ones live on, downloads go on. */
  async sync(): Promise<void> {
    const { api, shelf, downloads, log } = this.#parts;
    if (shelf.loans().length === 0) return;
    try {
      for (const loan of shelf.loans()) await this.#deliver(loan);
      const listed = await api.licences();
      if (listed.ok)
        for (const loan of shelf.loans())
          await this.#compare(
            loan,
            listed.value.licences.find(({ id }) => id === loan.licence),
          );
    } catch (error) {
      log.warn('loans-not-synced', { reason: error instanceof Error ? error.message : String(error) });
    }
    // Time passes also where nothing else happens.
    shelf.tell();
    downloads.wake();
  }

  async #compare(loan: ShelvedLoan, now: StatusDocument | undefined): Promise<void> {
    const { book, shelf, files, keys } = this.#parts;
    if (now === undefined || loan.state !== 'held') return;
    if (ENDED.has(now.status)) {
      await book.endLoan(loan.licence, 'over', null, now.status);
      keys.drop(loan.licence);
      await files.remove(loan.licence);
      await book.forgetLoan(loan.licence);
      await shelf.refresh();
      return;
    }
    const endMs = now.licence.end === null ? null : Date.parse(now.licence.end);
    if (now.status !== 'expired' && endMs !== loan.terms?.endMs) await this.#adopt(loan.licence);
  }

  /** Takes the signed terms into the book; nothing is believed before its signature (ruling 11). */
  async #adopt(licence: string): Promise<Result<void, HeadendError>> {
    const { api, book, shelf, downloads, identity, decodes } = this.#parts;
    const content = await api.loanContent(licence, decodes);
    if (!content.ok) return content;
    const { terms: termsText, signature: termsSignature, work, segments } = content.value;
    const { account, outlet, headendPublicKey } = identity();
    const signed = verifyEd25519(headendPublicKey, signedLoanTermsBytes(termsText), fromHex(termsSignature) ?? new Uint8Array());
    const terms = parseLoanTerms(termsText);
    if (!terms.ok) return err(refusal(terms.error.code, terms.error.message));
    const fits = terms.value.licence === licence && terms.value.account === account && terms.value.outlet === outlet && terms.value.work === work.id;
    if (filmProblem(terms.value, content.value))
      return err(refusal('bad-content', 'The headend does not say how this film was cut; update the headend or the box.'));
    if (!signed || !fits) return err(refusal('terms-foreign', 'The terms of the loan are not signed for this box by its headend.'));
    if (shelf.find(licence) === null && shelf.loans().length >= limits.loansOnBox)
      return err(refusal('too-many-loans', 'Return a title first: this box holds as many as it can.'));
    await book.putLoan({ licence, work, termsText, termsSignature, segments });
    await shelf.refresh();
    downloads.wake(licence);
    return ok(undefined);
  }

  async #broughtBack(loan: ShelvedLoan, whole: boolean): Promise<ReturnRequest> {
    const { files } = this.#parts;
    const content = whole ? 'sent-back' : loan.held.size === 0 ? 'not-there' : 'deleted';
    const bytes = content === 'not-there' ? 0 : await files.bytes(loan.licence);
    return { uses: loan.uses, heardMs: Math.floor(loan.heardMs), content, bytes, copiesFound: await files.strays(loan.licence) };
  }

  async #sendBack(loan: ShelvedLoan): Promise<Result<void, HeadendError>> {
    const reader = this.#parts.shelf.open(loan);
    if (reader === null || loan.held.size < loan.segments.length)
      return err(refusal('not-whole', 'The title is not whole, or not open on this box; return it without sending it back.'));
    for (const number of loan.segments.keys()) {
      const segment = await reader.read(number);
      const sent = segment.ok ? await this.#sendSegment(loan.licence, number, segment.value) : err(refusal(segment.error.code, segment.error.message));
      if (sent.ok) continue;
      await reader.close();
      return sent;
    }
    await reader.close();
    return ok(undefined);
  }

  async #sendSegment(licence: string, number: number, bytes: Uint8Array): Promise<Result<void, HeadendError>> {
    for (let from = 0; from < bytes.length; from += limits.loanPartBytes) {
      const hex = toHex(bytes.subarray(from, from + limits.loanPartBytes));
      const sent = await this.#parts.api.sendBack(licence, number, { from, total: bytes.length, hex });
      if (!sent.ok) return sent;
    }
    return ok(undefined);
  }

  async #deliver(loan: ShelvedLoan | null): Promise<void> {
    const { api, book, shelf } = this.#parts;
    if (loan?.state !== 'returning' || loan.brought === null) return;
    const told = await api.returnLicence(loan.licence, loan.brought);
    if (!told.ok && !HEARD.has(told.error.problem)) return;
    await book.forgetLoan(loan.licence);
    await shelf.refresh();
  }

  /** The session pulse, and its watchdog. */
  #pulse(): void {
    const { shelf, keys, log } = this.#parts;
    const continuous = shelf.loans().filter((loan) => loan.state === 'held' && loan.terms?.rights.mode === 'continuous' && !shelf.isOver(loan));
    const due: ShelvedLoan[] = [];
    for (const loan of continuous) {
      const watched = keys.watch(loan.licence);
      if (watched === 'fine') continue;
      if (watched === 'missed') {
        log.info('loan-pulse-missed', { licence: loan.licence });
        shelf.tell();
      }
      if (loan.wrappedKey !== null) due.push(loan);
    }
    if (due.length === 0) return;
    this.#pulsing ??= this.#sendPulses(due).finally(() => {
      this.#pulsing = null;
    });
  }

  async #sendPulses(due: readonly ShelvedLoan[]): Promise<void> {
    const { keys, shelf, log } = this.#parts;
    for (const loan of due) {
      if (loan.terms === null) continue;
      const leased = await keys.lease(loan, loan.terms.rights).catch((error: unknown) => err(refusal('book', String(error))));
      if (!leased.ok && !this.#unanswered.has(loan.licence)) log.info('loan-pulse-unanswered', { licence: loan.licence, problem: leased.error.problem });
      if (leased.ok) this.#unanswered.delete(loan.licence);
      else this.#unanswered.add(loan.licence);
      if (leased.ok) await shelf.refresh();
    }
  }
}

function refusal(problem: string, message: string): HeadendError {
  return { code: 'refused', problem, message, retryAfterMs: null };
}

/** Of a film it must be known how it is shown and where a decoder can begin, before anything is fetched. */
function filmProblem({ film }: LoanTerms, { work, segments }: LoanContent): boolean {
  if (film?.packetMs !== work.video?.packetMs) return true;
  const starts = segments.map(({ accessPoints }) => accessPoints?.[0]);
  if (film === undefined) return starts.some((start) => start !== undefined);
  return starts.some((start, number) => start === undefined || (number === 0 ? start !== 0 : start <= (starts[number - 1] ?? 0)));
}

function returnFirst(loan: ShelvedLoan): HeadendError {
  return refusal('return-first', `${loan.work.title} is being returned; check it out again once the headend has heard of it.`);
}
