// The headend's half of the bench, in a process of its own. What the wish leaves out, SRTP or the pacing, is taken out before anything else is loaded.
import { registerHooks } from 'node:module';
import type { RunWish } from './bench-session.ts';

const wish = JSON.parse(process.argv[2] ?? '{}') as RunWish & { readonly rtpPort: number; readonly publicKey: string };
const replaced = [
  ...(wish.srtp ? [] : [['/platform/srtp.ts', 'clear-packets.ts'] as const]),
  ...(wish.paced ? [] : [['/play-schedule.ts', 'unpaced-schedule.ts'] as const]),
];
registerHooks({
  resolve: (specifier, context, next) => {
    const other = replaced.find(([name]) => specifier.endsWith(name))?.[1];
    return next(other === undefined ? specifier : new URL(other, import.meta.url).href, context);
  },
});
const { serve } = await import('./serve.ts');
await serve(wish);
