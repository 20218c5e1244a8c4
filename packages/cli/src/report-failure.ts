import { stackOf } from '@sluice/kernel/stack-of';
import { CommanderError } from 'commander';
import { CliFailure, EXIT_CODES, SilentEnd } from './failure.ts';
import { styleFor } from './output/style.ts';
import type { Shell } from './shell.ts';

/** Prints what went wrong on stderr, as one line with what to do about it, and gives the exit code. */
export async function reportFailure(shell: Shell, args: readonly string[], error: unknown): Promise<number> {
  // Help and version end as errors in commander, with exit code 0.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok.code;
  // A group of commands without a command has shown its help already.
  if (error instanceof CommanderError && error.code === 'commander.help') return EXIT_CODES.usage.code;
  if (error instanceof SilentEnd) return error.code;
  const failure = toFailure(error);
  if (failure === undefined) {
    await shell.stderr.write(`sluice: a bug in Sluice: ${stackOf(error)}\n`);
    return EXIT_CODES.failed.code;
  }
  const { message, hint, reason } = failure;
  const code = failure.code ?? EXIT_CODES[reason].code;
  if (args.includes('--json')) {
    await shell.stderr.write(`${JSON.stringify({ error: { reason, message, hint } })}\n`);
    return code;
  }
  const style = styleFor(shell.stderr);
  const advice = hint === undefined ? '' : `${message.endsWith('?') ? '' : ';'} ${hint}`;
  await shell.stderr.write(`${style('red', 'error:')} ${message}${advice}\n`);
  return code;
}

function toFailure(error: unknown): CliFailure | undefined {
  if (error instanceof CliFailure) return error;
  if (error instanceof CommanderError) return usageFailure(error);
  return undefined;
}

function usageFailure(error: CommanderError): CliFailure {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const said = first.replace(/^command-argument value '(.*)' is invalid for argument '.*?'\. /s, "'$1': ");
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '');
  const hint = suggestion === '' ? 'see --help' : suggestion.charAt(0).toLowerCase() + suggestion.slice(1);
  // commander's own sentences have no full stop, those of option parsers have one.
  return new CliFailure('usage', said.replace(/\.$/, ''), hint, { cause: error });
}
