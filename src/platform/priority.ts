import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** As Node names them since version 24; those of an older one keep their priority. */
const HELPER = 'V8Worker';

/**
 * Lets the threads in which V8 marks what can be collected, and compiles, give way to those that run the program. Where all have one
 * processor a collection else takes half of it, for tens of milliseconds. What the program waits for they do in the time that it waits.
 * @param niceness 0 to 19
 * @returns how many there are
 */
export function helpersGiveWay(niceness: number): number {
  if (process.platform !== 'linux') return 0;
  try {
    const helpers = readdirSync('/proc/self/task').filter((thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === HELPER);
    for (const thread of helpers) setPriority(Number(thread), niceness);
    return helpers.length;
  } catch {
    return 0;
  }
}

/** Source: proc(5), /proc/pid/stat, field 6. */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in brackets and may hold anything.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}
