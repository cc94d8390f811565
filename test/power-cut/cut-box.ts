import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { BoxClient } from '../../src/cli/box-client.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { SeededRandom } from '../fakes/seeded-random.ts';
import { GpioMachine } from '../gpio/gpio-machine.ts';
import { serveDisk } from './disk-server.ts';
import { Guest, INPUTS, until } from './evening.ts';
import { COIN_MINOR, type Facts, Lost, lost, NOTHING, readDisk, readFacts, together } from './facts.ts';
import type { ForgetfulDisk } from './forgetful-disk.ts';
import { type Image, ONCE } from './image.ts';
import type { OwnHeadend } from './own-headend.ts';

const BOOT_MS = 900_000;
const EVENING_MS = 1_800_000;
const RECEIPT_MS = 60_000;
/** A cut comes after so many things the box said (a coin, a play begun), at most, and so long after the last of them. */
const DEEDS_MAX = 3;
const AFTER_DEED_MS = 5_000;
/** One evening in so many ends while the box starts. */
const CUT_AT_START = 5;
/** An evening has so many moments of a cut: a boot costs an emulated processor more than an evening. */
const CUTS_AN_EVENING = 5;
/** What guards a kernel against its programs empties the emulator's tables at each system call: half of all time. */
const KERNEL = 'console=ttyAMA0 quiet panic=-1 nokaslr kpti=off mitigations=off';

export interface CutBoxParts {
  readonly folder: string;
  readonly image: Image;
  readonly disk: ForgetfulDisk;
  readonly screenPort: number;
  readonly headend: OwnHeadend;
  readonly random: SeededRandom;
  readonly client: BoxClient;
  progress(words: string): void;
}

/** A disk as it is when the power goes, and what the box had said by then. */
interface Moment {
  readonly disk: ForgetfulDisk;
  readonly known: Facts;
}

/** A cut after which nothing was lost. */
export interface Cut {
  readonly words: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A box whose plug is pulled: what it said is compared with what lies on its disk, and with what it says after the next boot. */
export class CutBox {
  readonly #parts: CutBoxParts;
  readonly #guest: Guest;
  #boots = 0;
  #bootMs = 0;
  #machine: GpioMachine | null = null;
  #server: Server | null = null;

  constructor(parts: CutBoxParts) {
    this.#parts = parts;
    this.#guest = new Guest(parts.client);
  }

  /**
   * The evening before: the box is enrolled, plays its first song, and ends in order, so that what Node compiled lies on its disk as on
   * that of any box. A box that was never up for half a minute starts twice as slowly, and none of it is about its book.
   */
  async prepare(): Promise<Facts> {
    const { client, disk, folder, headend, progress } = this.#parts;
    const machine = await this.#boot({ more: ONCE });
    const code = await until('the code of the box', machine, BOOT_MS, async () => /"enrol-code","code":"([A-Z0-9-]+)"/.exec(machine.said())?.[1] ?? null);
    await headend.enrol(code);
    progress('the box is enrolled');
    await this.#afterBoot(machine, NOTHING);
    const known = await until('a song that was paid and heard', machine, EVENING_MS, async () => {
      await this.#guest.song(machine);
      return await until('its receipt', machine, RECEIPT_MS, async () => {
        const now = await readFacts(client);
        return now.receipts.length > 0 ? now : null;
      });
    });
    await client.command('restart', 'technician');
    await until('the end of the evening before', machine, BOOT_MS, async () => (machine.alive ? null : true));
    await this.#end();
    disk.flush();
    disk.save(join(folder, 'data.ext4'));
    this.#compare(known, this.#readDisk());
    return known;
  }

  /**
   * One boot, an evening, and cuts at moments of chance: sometimes one before the box is up. At the last one the machine ends. At each
   * before it the disk is kept as a cut would have left it then; a machine of its own boots from that, without a network, as the headend
   * has heard of what came later.
   * @param said before this boot
   * @param most how many cuts, at most
   * @param each is told of each, in the order in which they were judged
   */
  async bootAndCut(said: Facts, most: number, each: (cut: Cut) => void): Promise<Facts> {
    const { random, disk } = this.#parts;
    const atStart = this.#boots > 1 && random.fraction() < 1 / CUT_AT_START;
    const machine = await this.#boot();
    const moments: Moment[] = [];
    let known = said;
    if (atStart) await sleep(systemClock, random.fraction() * this.#bootMs);
    else {
      const knownNow = await this.#evening(machine, said);
      for (let at = 1; ; at += 1) {
        const deeds = knownNow.deeds + 1 + Math.floor(random.fraction() * DEEDS_MAX);
        await until('an evening', machine, EVENING_MS, async () => (knownNow.deeds >= deeds ? true : null));
        await sleep(systemClock, random.fraction() * AFTER_DEED_MS);
        known = knownNow.facts;
        if (at >= Math.min(most, CUTS_AN_EVENING)) break;
        moments.push({ disk: disk.fork(), known });
      }
    }
    await this.#end();
    for (const moment of moments) each(await this.#judge(moment, false));
    each(await this.#judge({ disk, known }, atStart));
    return known;
  }

  /** The power went at that moment. What was forked is booted here, the disk of the evening by the next one. */
  async #judge({ disk, known }: Moment, atStart: boolean): Promise<Cut> {
    const { random, folder, client } = this.#parts;
    const started = performance.now();
    const { lost: forgotten, atRisk } = disk.cut(() => random.fraction());
    disk.save(join(folder, 'data.ext4'));
    this.#compare(known, this.#readDisk());
    let processorSeconds = 0;
    if (disk !== this.#parts.disk) {
      const machine = await this.#boot({ disk, alone: true });
      await until('a box that says what it has', machine, BOOT_MS, () => client.totals());
      this.#compare(known, await readFacts(client));
      processorSeconds = Math.round(machine.processorSeconds);
      await this.#end();
    }
    const seconds = Math.round((performance.now() - started) / 1_000);
    const [coins, records, receipts, paidPlays] = [known.coins, known.records, known.receipts.length, known.paidPlays.length];
    return {
      facts: { atStart, coins, records, receipts, paidPlays, sectorsAtRisk: atRisk, sectorsForgotten: forgotten, seconds, processorSeconds },
      words:
        `${atStart ? 'while it started' : 'in the evening'}; ${coins} coins, ${records} records, ${receipts} receipts and ${paidPlays} paid plays ` +
        `were said and are there; the disk forgot ${forgotten} of ${atRisk} sectors`,
    };
  }

  /** The last boot: everything is still there. */
  async bootAndRead(said: Facts): Promise<void> {
    const machine = await this.#boot();
    await this.#afterBoot(machine, said);
    await this.#end();
  }

  async stop(): Promise<void> {
    await this.#end();
  }

  async #boot({ more = '', disk = this.#parts.disk, alone = false } = {}): Promise<GpioMachine> {
    const { folder, image, screenPort } = this.#parts;
    this.#boots += 1;
    const here = join(folder, `boot-${this.#boots}`);
    rmSync(here, { recursive: true, force: true });
    mkdirSync(here);
    const socket = join(here, 'disk');
    this.#server = await serveDisk(disk, socket);
    const machine = new GpioMachine(here, [
      ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', `${KERNEL} ${more}`],
      ...['-drive', `if=none,id=root,file=${image.root},format=raw,readonly=on`, '-device', 'virtio-blk-pci,drive=root'],
      ...['-blockdev', `driver=nbd,node-name=data,server.type=unix,server.path=${socket}`, '-device', 'virtio-blk-pci,drive=data'],
      ...[
        '-netdev',
        `user,id=net,restrict=${alone ? 'on' : 'off'},hostfwd=tcp:127.0.0.1:${screenPort}-10.0.2.15:8480`,
        '-device',
        'virtio-net-pci,netdev=net,romfile=',
      ],
    ]);
    this.#machine = machine;
    await machine.attach(here, INPUTS);
    return machine;
  }

  /** Kills the machine: what its kernel had not sent to the disk is gone with its memory. */
  async #end(): Promise<void> {
    await this.#machine?.stop();
    this.#server?.close();
  }

  /** The box is up, takes coins, and has what it had. @returns what it has now */
  async #afterBoot(machine: GpioMachine, said: Facts): Promise<Facts> {
    const { client, progress } = this.#parts;
    const started = performance.now();
    try {
      await until('a box that takes coins', machine, BOOT_MS, async () => ((await client.view()).cash === 'accepting' ? true : null));
      this.#bootMs = performance.now() - started;
      progress(`boot ${this.#boots} took ${(this.#bootMs / 1_000).toFixed(0)} s`);
      const now = await readFacts(client);
      this.#compare(said, now);
      return now;
    } catch (thrown) {
      if (!(thrown instanceof Lost)) process.stderr.write(machine.said().slice(-4_000));
      throw thrown;
    }
  }

  /** @returns what the box has said by then, and in how many deeds */
  async #evening(machine: GpioMachine, said: Facts): Promise<{ readonly facts: Facts; readonly deeds: number }> {
    const by = { facts: together(said, await this.#afterBoot(machine, said)), deeds: 0 };
    const note = async (): Promise<void> => {
      by.facts = together(by.facts, await readFacts(this.#parts.client));
      by.deeds += 1;
    };
    // Ends with the machine, in the middle of whatever it does then.
    void this.#guest.evening(machine, note, this.#parts.progress);
    return by;
  }

  #readDisk(): Facts {
    const { folder } = this.#parts;
    return readDisk(join(folder, 'data.ext4'), join(folder, 'book'));
  }

  #compare(said: Facts, now: Facts): void {
    const missing = lost(said, now);
    if (now.coins > this.#guest.pulses) missing.push(`${now.coins} coins of ${COIN_MINOR} where ${this.#guest.pulses} pulses fell`);
    if (missing.length > 0) throw new Lost(missing.join(', '));
  }
}
