import assert from 'node:assert/strict';
import { EXIT_CODES } from '../failure.ts';
import { createTestShell, runCommand, type TestShell, type TestShellOptions } from './test-shell.ts';

/** Runs command lines against a broker; words are parted by single spaces. */
export function commandsAgainst(bootstrap: () => string) {
  async function run(line: string, options: TestShellOptions = {}) {
    const shell = createTestShell(options);
    const code = await runCommand(shell, ...line.split(' '), '--bootstrap', bootstrap());
    return { code, out: shell.out, err: shell.err };
  }

  async function succeed(line: string, options: TestShellOptions = {}): Promise<string> {
    const { code, out, err } = await run(line, options);
    assert.equal(code, EXIT_CODES.ok.code, `${line}: ${err}`);
    return out;
  }

  return {
    run,
    succeed,
    async json(line: string, options: TestShellOptions = {}) {
      return JSON.parse(await succeed(`${line} --json`, options));
    },
    async fail(line: string, reason: keyof typeof EXIT_CODES, message: RegExp, options: TestShellOptions = {}) {
      const { code, out, err } = await run(line, options);
      assert.equal(code, EXIT_CODES[reason].code, `${line}: ${out}${err}`);
      assert.match(err, message);
      assert.equal(err.trimEnd().split('\n').length, 1);
    },
    /** Starts a command that goes on until it is interrupted. */
    start(line: string, options: TestShellOptions = {}): { shell: TestShell; ended: Promise<number> } {
      const shell = createTestShell(options);
      return { shell, ended: runCommand(shell, ...line.split(' '), '--bootstrap', bootstrap()) };
    },
  };
}
