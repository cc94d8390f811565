/** How the box's process tells whoever started it what happens: one JSON object a line on standard output. */
export type Say = (event: Readonly<Record<string, unknown>>) => void;
