import { type ProcessingRecord, readProcessingRecord } from '../../domain/usage/processing-record.ts';

/** A usage record as it is stored: document 003's body, and around it what the box said of its clocks. */
export interface StoredUsage {
  readonly outlet: string;
  readonly generation: string;
  readonly sequence: number;
  readonly bootId: string;
  readonly monotonicNs: string;
  readonly wallMs: number;
  readonly body: string;
}

/** @returns the record with the envelope's clocks, which win over the body's Dttm; null where the body is none */
export function usageFromRow(row: StoredUsage): ProcessingRecord | null {
  const deviceId = `${row.outlet}:${row.generation}`;
  const envelope = { id: `${deviceId}:${row.sequence}`, DeviceId: deviceId, Sequence: row.sequence, BootId: row.bootId, MonotonicNs: row.monotonicNs };
  const body = parse(row.body);
  if (typeof body !== 'object' || body === null) return null;
  const read = readProcessingRecord({ ...body, ...envelope });
  return read.ok ? { ...read.value, wallMs: Math.floor(row.wallMs) } : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
