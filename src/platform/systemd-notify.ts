import { execFile } from 'node:child_process';

/** Tells systemd about this service; does nothing where nobody listens. */
export type Notify = (...states: readonly string[]) => void;

/**
 * sd_notify(3) by the program `systemd-notify`, as Node can not open a datagram socket of the Unix kind: one short process a message.
 * The unit says `NotifyAccess=all`. Null where we were not started by systemd.
 */
export function systemdNotify(environment: Readonly<Record<string, string | undefined>>): Notify | null {
  if (environment.NOTIFY_SOCKET === undefined) return null;
  return (...states) => {
    // A message that is lost is one feed less: the next one comes.
    execFile('systemd-notify', [...states], () => {});
  };
}

/** How often the service must be fed, in milliseconds; null where no watchdog is set. Source: sd_watchdog_enabled(3) */
export function watchdogMs(environment: Readonly<Record<string, string | undefined>>): number | null {
  const micros = Number(environment.WATCHDOG_USEC ?? '');
  return Number.isSafeInteger(micros) && micros > 0 ? micros / 1_000 : null;
}
