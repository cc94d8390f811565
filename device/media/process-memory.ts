import { readFileSync } from 'node:fs';

/** Resident memory of a process in bytes (VmRSS), or null where there is no such process. Source: proc(5). */
export function residentBytes(pid: number): number | null {
  try {
    const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line?.[1] === undefined ? null : Number(line[1]) * 1_024;
  } catch {
    return null;
  }
}
