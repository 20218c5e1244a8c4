import { styleText } from 'node:util';
import type { Command } from 'commander';

export interface Example {
  readonly what: string;
  readonly line: string;
}

const examplesOf = new WeakMap<Command, readonly Example[]>();

/** Shown at the end of a command's help and in the reference page. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  examplesOf.set(command, examples);
  return command.addHelpText('after', () => formatExamples(command, examples));
}

export function examplesFor(command: Command): readonly Example[] {
  return examplesOf.get(command) ?? [];
}

/** Where no colours are wanted, commander takes them out. */
function formatExamples(command: Command, examples: readonly Example[]): string {
  const help = command.createHelp();
  const lines = examples.map(
    ({ what, line }) => `  ${styleText('dim', `# ${what}`, { validateStream: false })}\n  ${line}`,
  );
  return `\n${help.styleTitle(examples.length === 1 ? 'Example:' : 'Examples:')}\n${lines.join('\n')}`;
}
