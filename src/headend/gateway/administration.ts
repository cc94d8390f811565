import { ADMINISTRATION } from '../../domain/usage/gateway-routes.ts';
import { limits } from '../../limits.ts';
import type { ChannelStore } from '../../ports/channel-store.ts';
import type { CommandStore, OutletStore } from '../../ports/outlet-store.ts';
import { asId } from '../../units/ids.ts';
import type { UsageTraceStore } from '../stores/usage-trace-rows.ts';
import type { EntityConfig } from './gateway-config.ts';

export interface AdministrationDeps {
  readonly commands: Pick<CommandStore, 'putCommand'>;
  readonly outlets: Pick<OutletStore, 'outlet'>;
  readonly bills: Pick<UsageTraceStore, 'billOf'>;
  readonly channels: Pick<ChannelStore, 'renumberChannel'>;
}

/** What an entity says beside its answers, and the answer to that. */
export type Administrator = (entity: Pick<EntityConfig, 'kind'>, said: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * Administration from outside becomes a command of a box, another number of a channel, of which boxes hear with their catalogue, or an answer
 * from the books ([0035], [0064]).
 */
export function createAdministrator({ commands, outlets, bills, channels }: AdministrationDeps): Administrator {
  return ({ kind }, { administration, id, outlet, playId, channel, number }) => {
    const refuse = (code: string) => ({ administration, id, ok: false, code });
    if (typeof administration !== 'string' || !Object.hasOwn(ADMINISTRATION, administration)) return refuse('not-understood');
    if (!ADMINISTRATION[administration as keyof typeof ADMINISTRATION].some((allowed) => allowed === kind)) return refuse('not-allowed');
    if (administration === 'billing-verification') {
      const bill = bills.billOf(String(playId));
      return bill === null ? refuse('unknown-play') : { administration, id, ok: true, bill };
    }
    if (administration === 'channel-mapping') {
      if (!isChannel(channel) || !isChannel(number)) return refuse('not-understood');
      const mapped = channels.renumberChannel(channel, number);
      return mapped === 'moved' ? { administration, id, ok: true } : refuse(mapped);
    }
    const known = outlets.outlet(asId(String(outlet)));
    if (known === null) return refuse('unknown-outlet');
    return { administration, id, ok: true, command: commands.putCommand(known.outlet, 'service on "the subscription has ended"') };
  };
}

function isChannel(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= limits.channelNumberMax;
}
