import { cpus, release, totalmem } from 'node:os';

/** One measured figure beside its budget (issue 2, Proof); without a budget it is only told. */
export interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly unit: 'bytes' | 'ms' | 'share' | 'per-minute';
  readonly budget: number | null;
  readonly verdict: 'PASS' | 'FAIL' | 'told' | 'not measured';
}

/** A figure that was not measured passes no budget. */
export function figure(name: string, unit: Figure['unit'], value: number | null, budget: number | null = null): Figure {
  const verdict = budget === null ? (value === null ? 'not measured' : 'told') : value !== null && value <= budget ? 'PASS' : 'FAIL';
  return { name, unit, value, budget, verdict };
}

/** What the figures were measured on: they mean nothing without it. */
export function machine(): {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly kernel: string;
} {
  const all = cpus();
  return { processor: all[0]?.model.trim() ?? 'unknown', cores: all.length, memoryBytes: totalmem(), node: process.version, kernel: release() };
}

export function renderTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, value, budget, verdict }) => [name, write(value, unit), budget === null ? '' : `<= ${write(budget, unit)}`, verdict]);
  const all = [['figure', 'measured', 'budget', ''], ...rows];
  return all
    .map(([name = '', measured = '', budget = '', verdict = '']) => `${name.padEnd(30)}${measured.padStart(12)}  ${budget.padEnd(14)}${verdict}`)
    .join('\n');
}

function write(value: number | null, unit: Figure['unit']): string {
  if (value === null) return '-';
  if (unit === 'bytes') return `${(value / 1_000_000).toFixed(1)} MB`;
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  return unit === 'ms' ? `${value.toFixed(value < 100 ? 1 : 0)} ms` : `${value.toFixed(0)}/min`;
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
