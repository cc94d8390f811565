const LOOK_AGAIN_MS = 50;

/** Looks until it sees what it waits for; the test's own time ends it otherwise. */
export async function alike(look: () => string | Promise<string>, wanted: string | RegExp): Promise<void> {
  const there = (text: string): boolean => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
  while (!there(await look())) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
}
