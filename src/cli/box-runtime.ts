/**
 * A device has little memory: the young generation stays small, at the price of some more collections; one thread beside ours compiles and
 * collects; the middle one of V8's compilers stays away (no more processor time was measured without it, and 1.5 MB less).
 */
export const BOX_NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=96', '--optimize-for-size', '--v8-pool-size=1', '--no-maglev'];
/** For glibc: few arenas, and freed memory goes back at once (a fixed threshold also ends the growth of what it keeps). The player inherits it. */
export const BOX_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
