/**
 * What is played when nobody has chosen anything: no work again before all others were heard, as far back as is remembered.
 * @param heard ids of the works heard last, newest first
 * @param pick a number from 0 to below its argument
 * @returns an id, or null where there is nothing to play
 */
export function chooseBackground(workIds: readonly string[], heard: readonly string[], pick: (below: number) => number): string | null {
  if (workIds.length === 0) return null;
  // Of 40 works, 39 are kept from coming again.
  const recent = new Set<string>();
  for (const id of heard) {
    if (recent.size >= workIds.length - 1) break;
    if (workIds.includes(id)) recent.add(id);
  }
  const fresh = workIds.filter((id) => !recent.has(id));
  return fresh[pick(fresh.length)] ?? null;
}
