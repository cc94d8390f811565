import { CLOSED_REASON, EVENING_ENDED_SETTING, refundQueue } from '../session/evening-end.ts';
import { OUT_OF_SERVICE_SETTING } from '../session/service-region.ts';
import { type Command, type CommandContext, done } from './command.ts';

/** Durable before anybody is told: a box that starts again is still out of service. */
async function putOutOfService({ book, raise }: CommandContext, reason: string): Promise<void> {
  await book.putSetting(OUT_OF_SERVICE_SETTING, reason);
  raise({ type: 'service.on', reason });
}

async function putInService({ book, raise }: CommandContext): Promise<void> {
  await book.putSetting(EVENING_ENDED_SETTING, '');
  await book.putSetting(OUT_OF_SERVICE_SETTING, '');
  raise({ type: 'service.off' });
}

const service: Command<CommandContext> = {
  name: 'service',
  help: 'takes the box out of service (on) or back (off); what plays is settled, the queue waits',
  roles: ['staff', 'technician', 'headend'],
  guard: 'refunds-paid-items',
  arguments: [
    { name: 'state', kind: 'flag', required: true, help: 'on or off' },
    { name: 'reason', kind: 'text', required: false, help: 'shown on the screen' },
  ],
  run: async (context, { state, reason = 'service' }) => {
    await (state === 'on' ? putOutOfService(context, reason) : putInService(context));
    return done(state === 'on' ? 'Out of service.' : 'In service.');
  },
};

const endEvening: Command<CommandContext> = {
  name: 'evening end',
  help: 'ends what plays, gives back what was not played, and closes',
  roles: ['staff', 'headend'],
  guard: 'refunds-paid-items',
  arguments: [],
  run: async (context) => {
    await context.book.putSetting(EVENING_ENDED_SETTING, 'yes');
    await putOutOfService(context, CLOSED_REASON);
    const refunded = await refundQueue(context.book);
    return done(`Closed. ${refunded} queued ${refunded === 1 ? 'song was' : 'songs were'} given back.`, { refunded });
  },
};

export const serviceCommands: readonly Command<CommandContext>[] = [service, endEvening];
