import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { systemdNotify, watchdogMs } from './systemd-notify.ts';
import { type Evidence, Watchdog } from './watchdog.ts';

/** What whoever keeps the box running hears of it. */
export interface Supervision {
  /** The service is up. @param status one sentence for `systemctl status` */
  ready(status: string): void;
  /** What must hold from now on for the watchdog to be fed. */
  require(...evidence: readonly Evidence[]): void;
  stopping(): void;
}

const unsupervised: Supervision = { ready: () => {}, require: () => {}, stopping: () => {} };

/** Of systemd, where it started us; of nobody else. */
export function superviseBySystemd(environment: Readonly<Record<string, string | undefined>>, clock: Clock, log: Log): Supervision {
  const notify = systemdNotify(environment);
  if (notify === null) return unsupervised;
  const timeoutMs = watchdogMs(environment);
  const watchdog = timeoutMs === null ? null : new Watchdog({ clock, log, notify, timeoutMs });
  return {
    ready: (status) => notify('READY=1', `STATUS=${status}`),
    require: (...evidence) => watchdog?.require(...evidence),
    stopping() {
      watchdog?.stop();
      notify('STOPPING=1');
    },
  };
}
