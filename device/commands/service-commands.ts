import { endEvening, putInService, putOutOfService } from '../session/service-switch.ts';
import { type Command, type CommandContext, done } from './command.ts';

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

const eveningEnd: Command<CommandContext> = {
  name: 'evening end',
  help: 'ends what plays, gives back what was not played, and closes',
  roles: ['staff', 'headend'],
  guard: 'refunds-paid-items',
  arguments: [],
  run: async (context) => {
    const refunded = await endEvening(context);
    return done(`Closed. ${refunded} queued ${refunded === 1 ? 'song was' : 'songs were'} given back.`, { refunded });
  },
};

export const serviceCommands: readonly Command<CommandContext>[] = [service, eveningEnd];
