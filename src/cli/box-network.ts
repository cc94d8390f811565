import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBootOptions, readOptionFile } from '../../device/boot-config.ts';
import { type NetworkChoice, type NetworkValues, readNetworkChoice } from '../../device/network/network-choice.ts';
import { NETWORK_PATH, type NetworkFile, networkFiles, WIFI_FOLDER } from '../../device/network/network-files.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const RUN = '/run';
const NETWORKD = 'systemd-networkd.service';
/** Whatever looked after the network before: it takes over again where nothing is chosen any more. */
const OTHERS = ['networking.service', 'NetworkManager.service', 'dhcpcd.service'];

/** A program of the system. @returns whether it did what it was to do */
type Run = (program: string, ...args: readonly string[]) => boolean;

/**
 * `ackbox box network`: what was committed at the box becomes the machine's network. Run as root by ackbox-network.service, at each boot and
 * each commit: the box itself may not.
 */
export async function applyNetwork(argv: readonly string[], defaultData: string, io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { data: { type: 'string', default: defaultData }, config: { type: 'string' }, into: { type: 'string', default: RUN } },
  });
  const choice = readNetworkChoice(chosenValues(values.data, values.config));
  const place = (): boolean => placeFiles(values.into, choice === null ? [] : networkFiles(choice));
  const { changed, failed } = values.into === RUN ? changeSystem(choice, place, runsWell) : { changed: place(), failed: [] };
  if (failed.length > 0) {
    io.err(`ackbox box network: the files are written; failed: ${failed.join('; ')}.\n`);
    return EXIT.failed;
  }
  io.out(`${choice === null ? 'No network is chosen: the machine keeps its own' : 'The network is as chosen'}${changed ? ', newly.' : '.'}\n`);
  return EXIT.ok;
}

/** No other option is looked at: a box that cannot start for one of them still has its network. */
function chosenValues(data: string, config: string | undefined): NetworkValues {
  const ofFile = config === undefined ? new Map<string, string>() : readOptionFile(config);
  return Object.fromEntries([...ofFile, ...readBootOptions(data)].filter(([, value]) => value !== 'off'));
}

/** Each whole or not at all; what was there for another choice goes. @returns whether anything is different now */
export function placeFiles(into: string, files: readonly NetworkFile[]): boolean {
  const old = [NETWORK_PATH, ...listed(join(into, WIFI_FOLDER)).map((name) => join(WIFI_FOLDER, name))];
  const gone = old.filter((path) => !files.some((file) => file.path === path) && textOf(join(into, path)) !== null);
  for (const path of gone) rmSync(join(into, path));
  const changed = files.filter(({ path, text }) => textOf(join(into, path)) !== text);
  for (const { path, text, mode } of changed) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    const part = join(into, `${path}.part`);
    rmSync(part, { force: true });
    writeFileSync(part, text, { mode, flag: 'wx' });
    chmodSync(part, mode);
    renameSync(part, join(into, path));
  }
  return changed.length + gone.length > 0;
}

/**
 * systemd-networkd runs before the files are there and reads them by a reload: only then does it give up what others had configured on the
 * same interface (seen with version 252; a restart keeps the old addresses beside the new ones).
 * @param place puts the files there, and says whether anything is different now
 */
export function changeSystem(choice: NetworkChoice | null, place: () => boolean, run: Run): { readonly changed: boolean; readonly failed: readonly string[] } {
  const failed: string[] = [];
  const insist = (...words: readonly [string, ...string[]]): void => {
    if (!run(...words)) failed.push(words.join(' '));
  };
  if (choice !== null) insist('systemctl', 'start', NETWORKD);
  const changed = place();
  if (changed) {
    insist('systemctl', 'stop', 'ackbox-wifi@*.service');
    insist('networkctl', 'reload');
    // Most machines have none of them.
    if (choice === null) for (const other of OTHERS) run('systemctl', '--no-block', 'try-restart', other);
  }
  // Its card may come later, or never.
  if (choice?.wifi) insist('systemctl', '--no-block', 'start', `ackbox-wifi@${choice.wifi.interface}.service`);
  return { changed, failed };
}

function runsWell(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, [...args], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
