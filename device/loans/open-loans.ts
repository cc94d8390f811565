import { join } from 'node:path';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Player } from '../../src/ports/player.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fault, type Result } from '../../src/units/result.ts';
import type { Decoder } from '../../src/wire/sdp.ts';
import type { PlayPort } from '../session/play-port.ts';
import type { FaultHook } from '../stores/book-options.ts';
import type { Book } from '../stores/book-port.ts';
import { ChosenPlays } from './chosen-plays.ts';
import { DownloadedPlays } from './downloaded-plays.ts';
import { LoanCounter, type LoanCounterParts } from './loan-counter.ts';
import { LoanDownloads } from './loan-downloads.ts';
import { LoanFiles } from './loan-files.ts';
import { LoanKeys } from './loan-keys.ts';
import { LoanShelf } from './loan-shelf.ts';
import { LOAN_CACHE_SETTING, type LoanFault, type LoansOfBox } from './loan-view.ts';

export interface LoansParts {
  /** The data folder of the box. */
  readonly folder: string;
  readonly book: Book;
  readonly api: LicenceApi;
  readonly signer: Signer;
  readonly identity: LoanCounterParts['identity'];
  readonly player: Player;
  /** The player as one play sees it; absent: one play at a time has all of it. */
  readonly deck?: () => Player;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Plays everything that does not lie on this box. */
  readonly streamed: PlayPort;
  /** The films that this box shows; absent: none. */
  readonly decodes?: readonly Decoder[];
  readonly faults?: FaultHook;
  readonly freeBytes?: () => number;
}

export interface Loans extends LoansOfBox {
  readonly shelf: LoanShelf;
  readonly counter: LoanCounter;
  readonly downloads: LoanDownloads;
  readonly plays: PlayPort;
}

/** Puts together what checks titles out, brings them here, keeps their keys and plays them. */
export function openLoans(parts: LoansParts): Loans {
  const { book, api, signer, identity, player, clock, random, log, streamed } = parts;
  const { faults, freeBytes, decodes = [] } = parts;
  const files = new LoanFiles({
    folder: join(parts.folder, 'loans'),
    ...(faults === undefined ? {} : { faults }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  });
  const keys = new LoanKeys({ book, api, signer, clock, random });
  const shelf = new LoanShelf({ book, files, keys, clock, log });
  const cacheBytes = async (): Promise<number> => Math.min(limits.loanCacheBytes, Number((await book.getSetting(LOAN_CACHE_SETTING)) ?? limits.loanCacheBytes));
  const downloads = new LoanDownloads({ api, shelf, files, keys, clock, random, log, cacheBytes });
  const counter = new LoanCounter({ api, book, shelf, files, keys, downloads, clock, log, decodes, identity });
  const downloaded = new DownloadedPlays({ book, player, deck: parts.deck ?? (() => player), clock, random, signer, shelf });
  return {
    ...{ shelf, counter, downloads },
    plays: new ChosenPlays({ shelf, book, downloaded, streamed }),
    views: () => shelf.views(),
    renewal: () => shelf.renewal(),
    playableWorks: () => shelf.playableWorks(),
    offer: async (workId) => faultOf(await counter.offer(workId)),
    rent: async (workId, maxFeeMinor) => faultOf(await counter.checkOut(workId, maxFeeMinor)),
    async answerRenewal(licence, yes) {
      if (!yes) {
        await counter.declineRenewal(licence);
        return null;
      }
      // The question named the fee that was signed.
      const renewed = await counter.renew(licence, shelf.find(licence)?.terms?.feeMinor);
      return renewed.ok ? null : renewed.error.message;
    },
    async giveBack(licence) {
      const returned = await counter.giveBack(licence, false);
      return returned.ok ? null : returned.error.message;
    },
  };
}

/** As the screen says it. */
function faultOf<Value>(outcome: Result<Value, HeadendError>): Result<Value, LoanFault> {
  return outcome.ok ? outcome : fault(outcome.error.problem, outcome.error.message);
}
