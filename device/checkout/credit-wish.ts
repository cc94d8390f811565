import { CONFIRM_MODES, type ConfirmMode } from '../../src/domain/credit/confirmation.ts';
import { ACK_AUTHS, type CreditTerms, LOSS_POLICIES, TRIAL_MODES, type TrialTerms } from '../../src/domain/credit/terms.ts';

/** What this box asks for beside its usual windows; the headend may lower it, or refuse it with its limits (406). */
export interface CreditWish {
  readonly credit: Partial<CreditTerms>;
  readonly trial: Partial<TrialTerms>;
  readonly confirmModes?: readonly ConfirmMode[];
}

export const USUAL: CreditWish = { credit: {}, trial: {} };

const COUNTS: Readonly<Record<string, keyof CreditTerms>> = {
  W: 'creditWindowPackets',
  R: 'receiptWindowPackets',
  T: 'transitWindowPackets',
  e: 'lossAllowancePerMille',
  every: 'ackEveryPackets',
  max: 'ackIntervalMs',
};

/**
 * Reads `trial=deferred,policy=literal,W=40,R=240,T=120,e=10,every=50,max=1000,auth=srtcp,grow=30-80+5/500,within=30000,confirm=button`: `grow` is from, to,
 * step, and after how many packets. @returns null where it cannot be read
 */
export function parseCreditWish(text: string): CreditWish | null {
  let wish: CreditWish = USUAL;
  for (const item of text.split(',')) {
    const [name = '', value = ''] = item.split('=');
    const next = itemOf(name, value);
    if (next === null) return null;
    wish = { ...wish, ...next, credit: { ...wish.credit, ...next.credit }, trial: { ...wish.trial, ...next.trial } };
  }
  return wish;
}

function itemOf(name: string, value: string): Partial<CreditWish> | null {
  const field = COUNTS[name];
  if (field !== undefined) return isCount(value) ? { credit: { [field]: Number(value) } } : null;
  if (name === 'within') return isCount(value) ? { trial: { confirmWithinMs: Number(value) } } : null;
  if (name === 'grow') return growth(value);
  const ackAuth = ACK_AUTHS.find((each) => name === 'auth' && each === value);
  if (ackAuth !== undefined) return { credit: { ackAuth } };
  const policy = LOSS_POLICIES.find((each) => name === 'policy' && each === value);
  if (policy !== undefined) return { credit: { policy } };
  const mode = TRIAL_MODES.find((each) => name === 'trial' && each === value);
  if (mode !== undefined) return { trial: { mode } };
  const confirmModes = name === 'confirm' ? CONFIRM_MODES.filter((each) => value.split('+').includes(each)) : [];
  return confirmModes.length > 0 ? { confirmModes } : null;
}

function growth(text: string): Partial<CreditWish> | null {
  const [minPackets, maxPackets, stepPackets, afterPackets] = (/^(\d{1,4})-(\d{1,4})\+(\d{1,3})\/(\d{1,5})$/.exec(text) ?? []).slice(1).map(Number);
  if (minPackets === undefined || maxPackets === undefined || stepPackets === undefined || afterPackets === undefined) return null;
  return { credit: { adaptation: { minPackets, maxPackets, stepPackets, afterPackets, afterMs: 0 } } };
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,6}$/.test(text);
}
