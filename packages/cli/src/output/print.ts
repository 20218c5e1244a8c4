import type { Shell } from '../shell.ts';

/** The whole answer of a command as one JSON document: readable on a terminal, one line in a pipe. */
export async function printJson(shell: Shell, value: unknown): Promise<void> {
  await shell.stdout.write(`${JSON.stringify(value, undefined, shell.stdout.isTerminal ? 2 : undefined)}\n`);
}

export async function printText(shell: Shell, text: string): Promise<void> {
  await shell.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`);
}
