import type { AnyStateNode } from 'xstate';

/** One edge of the statechart, named the way tests and the diagram name it. */
export interface Edge {
  /** Dotted path without the machine's id: `playback.playing.flowing`. */
  readonly from: string;
  /** Event type; `after confirmTimeout`, or `always`. */
  readonly event: string;
  /** Which of several alternatives on the same event. */
  readonly alternative: number;
  /** Dotted path, or null where the state stays and only an action runs. */
  readonly to: string | null;
  readonly guard: string | null;
  /** The event's type as the machine itself names it. */
  readonly eventType: string;
}

/** Every edge of a machine, in the order of its definition. */
export function edgesOf(node: AnyStateNode): readonly Edge[] {
  const named = [...node.transitions.entries()].flatMap(([event, transitions]) =>
    transitions.map((transition, alternative) => edge(node, event, alternative, transition)),
  );
  const eventless = (node.always ?? []).map((transition, alternative) => edge(node, 'always', alternative, transition));
  return [...named, ...eventless, ...Object.values(node.states).flatMap((child) => edgesOf(child))];
}

interface TransitionLike {
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
}

function edge(node: AnyStateNode, event: string, alternative: number, transition: TransitionLike): Edge {
  const target = transition.target?.[0];
  return {
    from: pathOf(node),
    event: eventName(event),
    alternative,
    to: target === undefined ? null : pathOf(target),
    guard: guardName(transition.guard),
    eventType: event,
  };
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** xstate names a delayed event `xstate.after.<delay>.<state id>`. */
function eventName(event: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  return after === null ? event : `after ${after[1]}`;
}

function guardName(guard: unknown): string | null {
  if (typeof guard === 'string') return guard;
  return guard === undefined ? null : 'inline';
}

/** Every state that has no states of its own. */
export function leavesOf(node: AnyStateNode): readonly string[] {
  const children = Object.values(node.states);
  return children.length === 0 ? [pathOf(node)] : children.flatMap((child) => leavesOf(child));
}

/** The machine as Mermaid text: one diagram a region, edges with their event and guard. */
export function drawMachine(root: AnyStateNode): string {
  return Object.values(root.states)
    .map((region) => `### ${region.key}\n\n\`\`\`mermaid\nstateDiagram-v2\n${drawRegion(region)}\n\`\`\``)
    .join('\n\n');
}

function drawRegion(region: AnyStateNode): string {
  const initial = region.initial?.target?.[0];
  const edges = edgesOf(region).filter((candidate) => candidate.to !== null);
  const lines = edges.map(
    (candidate) => `  ${label(candidate.from)} --> ${label(candidate.to ?? '')}: ${candidate.event}${candidate.guard === null ? '' : ` [${candidate.guard}]`}`,
  );
  return [...(initial === undefined ? [] : [`  [*] --> ${label(pathOf(initial))}`]), ...new Set(lines)].join('\n');
}

function label(path: string): string {
  return path.split('.').slice(1).join('_') || path;
}
