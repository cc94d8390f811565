import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** One arrow of a figure: from a numbered state, on an answer, to the next. */
export interface Edge<State extends number, Answer extends string> {
  readonly from: State;
  readonly on: Answer;
  readonly to: State;
}

/** @returns the state that the figure's arrow leads to; `no-such-edge` where it draws none */
export function follow<State extends number, Answer extends string>(
  figure: readonly Edge<State, Answer>[],
  from: State,
  on: Answer,
): Result<State, Fault<'no-such-edge'>> {
  const edge = figure.find((candidate) => candidate.from === from && candidate.on === on);
  if (edge !== undefined) return ok(edge.to);
  const drawn = figure.filter((candidate) => candidate.from === from).map((candidate) => candidate.on);
  return fault('no-such-edge', `State ${from} has no arrow "${on}"; it has ${drawn.length === 0 ? 'none' : drawn.join(', ')}.`);
}
