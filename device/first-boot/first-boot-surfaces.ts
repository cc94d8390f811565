import type { Clock } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Log } from '../../src/ports/log.ts';
import { err, type Result } from '../../src/units/result.ts';
import { HardwareDesk } from '../boards/hardware-desk.ts';
import type { BoxConfig } from '../box-config.ts';
import { openKeys } from '../box-surfaces.ts';
import type { SerialConsole } from '../console/serial-console.ts';
import type { Say } from '../say.ts';
import { keptToken, lastAddress, tellAddress } from '../screen/local-files.ts';
import { ScreenKeys } from '../screen/screen-keys.ts';
import { openScreen, type RunningScreen } from '../screen/screen-server.ts';
import type { FirstBootBox } from './first-boot-box.ts';
import { openFirstPanel } from './first-boot-panel.ts';

export interface FirstSurfaceParts {
  readonly config: BoxConfig;
  readonly box: FirstBootBox;
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
}

/** Screen, console, panel and remotes of a box that has no book, no credit and no headend yet. */
export async function openFirstSurfaces(
  parts: FirstSurfaceParts,
): Promise<{ readonly screenUrl: string; readonly consolePath: string | null; close(): Promise<void> }> {
  const { config, box, clock, log } = parts;
  const keys = new ScreenKeys();
  const screen = await openFirstScreen(parts, keys);
  tellAddress(config.data, screen.url);
  const console = await openFirstConsole(parts);
  const panel = await openFirstPanel(parts, keys.take);
  const remotes = await openKeys({ box, clock, log, config, hardware: new HardwareDesk() }, keys.take);
  return {
    screenUrl: screen.url,
    consolePath: console?.path ?? null,
    async close() {
      await remotes?.close();
      await panel?.close();
      await console?.close();
      await screen.close();
    },
  };
}

function openFirstScreen({ config, box, clock }: FirstSurfaceParts, keys: ScreenKeys): Promise<RunningScreen> {
  const notYet: HeadendError = { code: 'not-enrolled', problem: 'not-set-up', message: 'This box is not set up yet.', retryAfterMs: null };
  const none = async (): Promise<Result<never, HeadendError>> => err(notYet);
  return openScreen({
    ...{ box, clock, keys, host: config.screenHost, port: config.screenPort, lastUrl: lastAddress(config.data), localToken: keptToken(config.data) },
    book: {
      ...{ mostPlayed: async () => [], getSetting: async () => null, putSetting: async () => {}, recordAudit: async () => {} },
      ...{ spendingCaps: async () => [], putSpendingCap: async () => 'nobody' as const },
    },
    account: { look: none, topUp: none, cheapest: none },
    cover: async () => null,
  });
}

/** Without a sign-in: there is no PIN yet, and nothing but the questions to be answered. */
async function openFirstConsole({ config, box, clock, log }: FirstSurfaceParts): Promise<SerialConsole | null> {
  const { console: wished, consolePort, data } = config;
  if (!wished && consolePort === null) return null;
  const serial = await import('../console/serial-console.ts');
  if (consolePort === null) return await serial.openPtyConsole({ box, clock, folder: data });
  const port = /^tcp:(\d{1,5})$/.exec(consolePort)?.[1];
  if (port === undefined) return serial.openPortConsole({ box, clock, log, path: consolePort, keys: null });
  return await (await import('../console/tcp-console.ts')).openTcpConsole({ box, clock, port: Number(port), keys: null });
}
