import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import type { Random } from '../src/ports/random.ts';
import type { Currency } from '../src/units/money.ts';
import type { BoxConfig } from './box-config.ts';
import type { CoinSlot } from './cash/coin-slot.ts';
import type { SerialConsole } from './console/serial-console.ts';
import type { Say } from './say.ts';
import { keptToken, lastAddress, tellAddress } from './screen/local-files.ts';
import type { Box } from './session/box.ts';
import type { Book } from './stores/book-port.ts';

export interface SurfaceParts {
  readonly config: BoxConfig;
  readonly currency: Currency;
  readonly box: Box;
  readonly book: Book;
  readonly slot: CoinSlot;
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
  const { box, config, cover } = parts;
  const localToken = keptToken(config.data);
  const { openScreen } = await import('./screen/screen-server.ts');
  const screen = await openScreen({ box, host: config.screenHost, port: config.screenPort, lastUrl: lastAddress(config.data), localToken, cover });
  tellAddress(config.data, screen.url);
  const console = await openConsole(parts);
  const fitted = await Promise.all([openPanel(parts), openCoins(parts), openKeys(parts)]);
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

/** On a pseudo terminal for whoever started the box, or on a serial port for whoever signs in there. */
async function openConsole({ box, book, clock, config, say }: SurfaceParts): Promise<SerialConsole | null> {
  if (!config.console && config.consolePort === null) return null;
  const { openPortConsole, openPtyConsole } = await import('./console/serial-console.ts');
  if (config.consolePort === null) return await openPtyConsole({ box, clock, folder: config.data });
  const { ConsoleKeys } = await import('./console/console-keys.ts');
  const keys = new ConsoleKeys(book, clock);
  const console = await openPortConsole({ box, clock, path: config.consolePort, keys });
  if (!(await keys.hasPin('technician'))) say({ event: 'console-code', code: keys.newCode(), path: console.path });
  return console;
}

async function openPanel(parts: SurfaceParts): Promise<Closable | null> {
  const { panel, panelCoinsMinor } = parts.config;
  if (panel === null) return null;
  const { openFrontPanel } = await import('./panel/open-panel.ts');
  return await openFrontPanel({ ...parts, path: panel, coinsMinor: panelCoinsMinor, say: (message) => parts.say({ event: 'notice', message }) });
}

async function openCoins(parts: SurfaceParts): Promise<Closable | null> {
  const { cctalk, data } = parts.config;
  if (cctalk === null) return null;
  const { openCctalk } = await import('./cash/open-cctalk.ts');
  return openCctalk({ ...parts, path: cctalk, folder: data });
}

async function openKeys({ box, clock, log, config }: SurfaceParts): Promise<Closable | null> {
  if (!config.inputDevices) return null;
  const [{ EvdevKeys }, { KeyDesk }] = await Promise.all([import('./input/evdev-keys.ts'), import('./input/key-desk.ts')]);
  const desk = new KeyDesk(box, clock, '2');
  const keys = new EvdevKeys({
    ...{ clock, log },
    keyOfScancode: () => null,
    onKey: (key, down, device) => desk.key(device, key, down),
    onGone: (device) => desk.gone(device),
  });
  await keys.start();
  return { close: async () => keys.stop() };
}
