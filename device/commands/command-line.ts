import { limits } from '../../src/limits.ts';
import type { Fault } from '../../src/units/result.ts';
import { fault, ok, type Result } from '../../src/units/result.ts';
import type { Command, CommandArgument, Role } from './command.ts';

export type LineFault = Fault<'empty' | 'unknown-command' | 'ambiguous' | 'not-permitted' | 'bad-argument' | 'missing-argument'>;

export interface ParsedLine<Context> {
  readonly command: Command<Context>;
  readonly values: Readonly<Record<string, string>>;
}

/** Of one line: a purse full of coins. */
const MOST_AMOUNTS = 50;

/**
 * Reads `verb noun value name=value ...`. Words may be shortened as long as they stay unique; values without a name fill the
 * arguments in their order; double quotes keep blanks.
 */
export function parseLine<Context>(line: string, commands: readonly Command<Context>[], role: Role): Result<ParsedLine<Context>, LineFault> {
  const words = splitWords(line);
  if (words.length === 0) return fault('empty', 'Type a command, or help.');
  const found = findCommand(words, commands);
  if (!found.ok) return found;
  const { command, used } = found.value;
  if (!command.roles.includes(role)) return fault('not-permitted', `${command.name} is for ${command.roles.join(', ')}.`);
  return readValues(command, words.slice(used));
}

function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+="[^"]*")|(\S+)/g)].map((match) => match[1] ?? match[2]?.replaceAll('"', '') ?? match[3] ?? '');
}

function findCommand<Context>(
  words: readonly string[],
  commands: readonly Command<Context>[],
): Result<{ readonly command: Command<Context>; readonly used: number }, LineFault> {
  const fits = commands.filter((command) => matches(command.name.split(' '), words));
  // Of `log` and `log follow` it is the longer one, where its words stand there.
  const exact = fits
    .filter((command) => words.slice(0, command.name.split(' ').length).join(' ') === command.name)
    .sort((left, right) => right.name.length - left.name.length)[0];
  const longest = Math.max(...fits.map((command) => command.name.split(' ').length));
  const best = exact === undefined ? fits.filter((command) => command.name.split(' ').length === longest) : [exact];
  const [command, other] = best;
  if (command === undefined) return fault('unknown-command', `There is no command ${JSON.stringify(words.slice(0, 2).join(' '))}; help lists them.`);
  if (other !== undefined) return fault('ambiguous', `${words.join(' ')} could be: ${best.map((candidate) => candidate.name).join(', ')}.`);
  return ok({ command, used: command.name.split(' ').length });
}

function matches(name: readonly string[], words: readonly string[]): boolean {
  return words.length >= name.length && name.every((part, index) => part.startsWith(words[index] ?? '?'));
}

function readValues<Context>(command: Command<Context>, words: readonly string[]): Result<ParsedLine<Context>, LineFault> {
  const values: Record<string, string> = {};
  const open = command.arguments.map((argument) => argument.name);
  for (const word of words) {
    const pairs = command.arguments[0];
    if (pairs?.kind === 'pairs') {
      values[pairs.name] = values[pairs.name] === undefined ? word : `${values[pairs.name]}\n${word}`;
      continue;
    }
    const named = /^([a-z][a-z-]*)=(.*)$/s.exec(word);
    const name = named?.[1] ?? open.find((candidate) => values[candidate] === undefined);
    const rest = command.arguments.at(-1);
    if (name === undefined && rest?.kind === 'amounts') {
      values[rest.name] = `${values[rest.name] ?? ''} ${word}`;
      continue;
    }
    if (name === undefined || !open.includes(name)) return fault('bad-argument', `${command.name} takes ${usageOf(command)}.`);
    values[name] = named?.[2] ?? word;
  }
  for (const argument of command.arguments) {
    const value = values[argument.name];
    if (value === undefined && argument.required) return fault('missing-argument', `${command.name} needs ${argument.name}: ${argument.help}`);
    if (value !== undefined && !fits(argument.kind, value))
      return fault('bad-argument', `${argument.name} is ${argument.help}; got ${JSON.stringify(value.slice(0, 40))}.`);
  }
  return ok({ command, values });
}

function fits(kind: CommandArgument['kind'], value: string): boolean {
  if (kind === 'integer') return /^-?\d{1,9}$/.test(value);
  if (kind === 'amount') return /^\d{1,7}(\.\d{1,3})?$/.test(value);
  if (kind === 'amounts') return value.split(' ').length <= MOST_AMOUNTS && value.split(' ').every((amount) => fits('amount', amount));
  if (kind === 'pairs') return value.length <= limits.bootConfigBytes && value.split('\n').every((pair) => /^[a-z][a-z-]*=/.test(pair));
  if (kind === 'flag') return value === 'on' || value === 'off';
  return value.length <= 300;
}

export function usageOf<Context>(command: Command<Context>): string {
  const parts = command.arguments.map((argument) => (argument.required ? argument.name.toUpperCase() : `[${argument.name}=]`));
  return parts.length === 0 ? 'no arguments' : parts.join(' ');
}
