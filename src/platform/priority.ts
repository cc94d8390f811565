import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Lets a process give way to all others. Where Linux groups processes by session (sched_autogroup), the niceness of a process counts
 * within its session only, so that of the session is set too, where it is the process's own. Best effort: a process that has ended,
 * or a system that does not let us, runs on as it is.
 * @param niceness 0 to 19. Source: sched(7), "The autogroup feature"
 */
export function giveWay(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
    if (sessionOf(pid) === pid) writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // As above.
  }
}

/**
 * Lets the calling thread give way to the others of its process: on Linux niceness belongs to a thread, and 0 names the one that asks
 * (setpriority(2), "C library/kernel differences"). Elsewhere nothing is done, as it would be the whole process.
 * @param niceness 0 to 19
 */
export function giveWayWithin(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, niceness);
  } catch {
    // As above.
  }
}

/** Source: proc(5), /proc/pid/stat, field 6. */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in brackets and may hold anything.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}
