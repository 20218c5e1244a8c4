import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Nothing here takes longer, an install from an empty cache included. */
const RUN_TIMEOUT_MS = 300_000;

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program in a folder and gives its standard output; fails with all of its output unless it ends with 0. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  { input = '', env = {} }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...outsideEnvironment(), ...env }, timeout: RUN_TIMEOUT_MS });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}

/** The environment as it would be outside of `npm run`: without its settings, and without this repository's programs. */
export function outsideEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|NODE_OPTIONS$|INIT_CWD$)/.test(name),
  );
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(entries), PATH: path.join(':') };
}
