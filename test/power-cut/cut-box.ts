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
/** An evening ends after so many things the box said (a coin, a play begun), at most, and so long after the last of them. */
const DEEDS_MAX = 3;
const AFTER_DEED_MS = 5_000;
/** One cut in so many comes while the box starts. */
const CUT_AT_START = 5;
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

interface Cut {
  readonly said: Facts;
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
    const machine = await this.#boot(ONCE);
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

  /** One boot, an evening, and the cut at a moment of chance: sometimes before the box is up. @param said before this boot */
  async bootAndCut(said: Facts): Promise<Cut> {
    const { random, disk, folder } = this.#parts;
    const started = performance.now();
    const atStart = this.#boots > 0 && random.fraction() < 1 / CUT_AT_START;
    const deeds = 1 + Math.floor(random.fraction() * DEEDS_MAX);
    const machine = await this.#boot();
    const knownNow = atStart ? () => said : await this.#evening(machine, said, deeds);
    await sleep(systemClock, random.fraction() * (atStart ? this.#bootMs : AFTER_DEED_MS));
    const processorSeconds = Math.round(machine.processorSeconds);
    await this.#end();
    const known = knownNow();
    const { lost: forgotten, atRisk } = disk.cut(() => random.fraction());
    disk.save(join(folder, 'data.ext4'));
    this.#compare(known, this.#readDisk());
    const seconds = Math.round((performance.now() - started) / 1_000);
    const { coins, records, receipts, paidPlays } = known;
    return {
      said: known,
      facts: {
        atStart,
        coins,
        records,
        receipts: receipts.length,
        paidPlays: paidPlays.length,
        sectorsAtRisk: atRisk,
        sectorsForgotten: forgotten,
        seconds,
        processorSeconds,
      },
      words:
        `${atStart ? 'while it started' : 'in the evening'}; ${coins} coins, ${records} records, ${receipts.length} receipts and ${paidPlays.length} paid plays ` +
        `were said and are there; the disk forgot ${forgotten} of ${atRisk} sectors; ${seconds} s, ${processorSeconds} s of processors`,
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

  async #boot(more = ''): Promise<GpioMachine> {
    const { folder, image, disk, screenPort } = this.#parts;
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
      ...['-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${screenPort}-10.0.2.15:8480`, '-device', 'virtio-net-pci,netdev=net,romfile='],
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

  /** @returns what tells what the box has said by then */
  async #evening(machine: GpioMachine, said: Facts, deeds: number): Promise<() => Facts> {
    const now = await this.#afterBoot(machine, said);
    let [known, done] = [together(said, now), 0];
    const note = async (): Promise<void> => {
      known = together(known, await readFacts(this.#parts.client));
      done += 1;
    };
    // Ends with the machine, in the middle of whatever it does then.
    void this.#guest.evening(machine, note, this.#parts.progress);
    await until('an evening', machine, EVENING_MS, async () => (done >= deeds ? true : null));
    return () => known;
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
