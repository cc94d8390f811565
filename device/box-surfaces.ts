import { join } from 'node:path';
import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import type { Random } from '../src/ports/random.ts';
import type { Currency } from '../src/units/money.ts';
import type { HardwareDesk } from './boards/hardware-desk.ts';
import type { BoxConfig } from './box-config.ts';
import type { CoinSlot } from './cash/coin-slot.ts';
import { rememberCollecting } from './cash/collecting.ts';
import type { AccountWatch } from './checkout/account-watch.ts';
import type { HouseholdSync } from './checkout/household-sync.ts';
import type { SerialConsole } from './console/serial-console.ts';
import type { KeyTaker } from './input/key-desk.ts';
import type { Say } from './say.ts';
import { keptToken, lastAddress, tellAddress } from './screen/local-files.ts';
import type { ScreenOptions } from './screen/screen-server.ts';
import type { Box } from './session/box.ts';
import type { BoxControl } from './session/box-view.ts';
import type { Book } from './stores/book-port.ts';

export interface SurfaceParts {
  readonly config: BoxConfig;
  readonly currency: Currency;
  readonly box: Box;
  readonly book: Book;
  readonly account: AccountWatch;
  /** Null in a venue. */
  readonly household: HouseholdSync | null;
  readonly newKey: () => string;
  readonly slot: CoinSlot;
  readonly hardware: HardwareDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly say: Say;
  cover(hash: string): Promise<{ readonly bytes: Uint8Array; readonly contentType: string } | null>;
}

export interface Surfaces {
  readonly screenUrl: string;
  readonly consolePath: string | null;
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** What people touch: screen, console, panel, remotes, coin acceptor. Each is loaded only where it is fitted, after what money and sound need. */
export async function openSurfaces(parts: SurfaceParts): Promise<Surfaces> {
  const { box, book, account, clock, config, cover } = parts;
  await rememberCollecting(book, (event) => box.raise(event));
  const localToken = keptToken(config.data);
  const [{ openScreen }, { ScreenKeys }] = await Promise.all([import('./screen/screen-server.ts'), import('./screen/screen-keys.ts')]);
  const keys = new ScreenKeys();
  const screen = await openScreen({
    box,
    book,
    account,
    clock,
    keys,
    host: config.screenHost,
    port: config.screenPort,
    lastUrl: lastAddress(config.data),
    localToken,
    cover,
    ...peopleOf(parts),
  });
  tellAddress(config.data, screen.url);
  const console = await openConsole(parts);
  const takesKey: KeyTaker = (key, kind) => {
    for (const listener of parts.hardware.keyListeners) listener(key, kind);
    return (parts.hardware.television?.takes(key, kind) ?? false) || keys.take(key, kind);
  };
  const fitted = await Promise.all([openPanel(parts, takesKey), openCoins(parts), openKeys(parts, takesKey), openTelevision(parts)]);
  return {
    screenUrl: screen.url,
    consolePath: console?.path ?? null,
    async close() {
      await Promise.all(fitted.map((surface) => surface?.close()));
      await console?.close();
      await screen.close();
    },
  };
}

function peopleOf({ box, book, household, newKey }: SurfaceParts): Pick<ScreenOptions, 'people'> {
  if (household === null) return {};
  return {
    people: {
      book,
      newKey,
      viewers: { load: () => box.home.viewers.load(false) },
      elsewhere: () => household.elsewhere(),
      changed: () => void household.look(),
    },
  };
}

/** On a pseudo terminal for whoever started the box, or on a serial port for whoever signs in there. */
async function openConsole({ box, book, clock, config, hardware, log, say }: SurfaceParts): Promise<SerialConsole | null> {
  if (!config.console && config.consolePort === null) return null;
  if (config.consolePort === null) return await (await import('./console/serial-console.ts')).openPtyConsole({ box, clock, folder: config.data });
  const { ConsoleKeys } = await import('./console/console-keys.ts');
  const keys = new ConsoleKeys(book, clock);
  hardware.consoleKeys = keys;
  const port = /^tcp:(\d{1,5})$/.exec(config.consolePort)?.[1];
  const console =
    port === undefined
      ? (await import('./console/serial-console.ts')).openPortConsole({ box, clock, log, path: config.consolePort, keys })
      : await (await import('./console/tcp-console.ts')).openTcpConsole({ box, clock, port: Number(port), keys });
  if (!(await keys.hasPin('technician'))) say({ event: 'console-code', code: keys.newCode(), path: console.path });
  return console;
}

async function openPanel(parts: SurfaceParts, takesKey: KeyTaker): Promise<Closable | null> {
  const { board, coinLines, coinPulses, lcd } = parts.config.hardware;
  if (board === null) return null;
  const { openFrontPanel } = await import('./panel/open-panel.ts');
  return await openFrontPanel({
    ...parts,
    takesKey,
    choice: board,
    coinLines,
    coinPulses,
    lcd,
    folder: parts.config.data,
    say: (message) => parts.say({ event: 'notice', message }),
  });
}

async function openCoins(parts: SurfaceParts): Promise<Closable | null> {
  const { data, hardware } = parts.config;
  const { cctalk, bills } = hardware;
  if (cctalk === null && bills === null) return null;
  const { openCctalk } = await import('./cash/open-cctalk.ts');
  return openCctalk({ ...parts, coins: cctalk, bills, folder: data });
}

/** The television at the HDMI output, where the box speaks to it. */
async function openTelevision({ box, clock, log, config, hardware }: SurfaceParts): Promise<Closable | null> {
  const { television } = config.hardware;
  if (television === null) return null;
  const [{ CecTool }, { Television }] = await Promise.all([import('./television/cec-tool.ts'), import('./television/television.ts')]);
  const standbyMs = television.standbyMinutes === null ? null : television.standbyMinutes * 60_000;
  const set = new Television({ bus: new CecTool(television.device), clock, log, standbyMs, volume: television.volume });
  hardware.television = set;
  const unfollow = box.onChange((view) => set.follow(view));
  set.follow(box.view());
  return {
    async close() {
      unfollow();
      set.close();
    },
  };
}

/** Remotes and keyboards of the kernel, where they are read. */
export async function openKeys(
  { box, clock, log, config, hardware }: Pick<SurfaceParts, 'clock' | 'log' | 'config' | 'hardware'> & { readonly box: BoxControl },
  takesKey: KeyTaker,
): Promise<Closable | null> {
  if (!config.hardware.inputDevices) return null;
  const [{ EvdevKeys }, { KeyDesk }, { RemoteTeacher }] = await Promise.all([
    import('./input/evdev-keys.ts'),
    import('./input/key-desk.ts'),
    import('./input/remote-teacher.ts'),
  ]);
  const remotes = new RemoteTeacher({ folder: join(config.data, 'keymaps'), clock, log });
  hardware.remotes = remotes;
  const desk = new KeyDesk(box, clock, '2', takesKey);
  const keys = new EvdevKeys({
    ...{ clock, log, folder: config.hardware.inputFolder },
    keyOfScancode: (device, scancode) => remotes.keyOf(device, scancode),
    onScancode: (device, scancode) => remotes.hear(device, scancode),
    onKey(key, down, device) {
      // Whoever teaches or tries a remote does not steer the box with it.
      if (!remotes.busy) desk.key(device, key, down);
      if (down) remotes.hearKey(device, key);
    },
    onGone: (device) => desk.gone(device),
  });
  await keys.start();
  return { close: async () => keys.stop() };
}
