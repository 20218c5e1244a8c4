import { spawnSync } from 'node:child_process';
import type { Rule } from '../rule.ts';

const GENERATOR = 'scripts/generate/main.ts';

export interface GeneratorRun {
  readonly exitCode: number;
  readonly output: string;
}

/** `run` regenerates in memory and compares; the default starts the generator itself. */
export function createGeneratedCurrentRule(run: () => GeneratorRun = runGenerator): Rule {
  return {
    name: 'generated-current',
    promise: 'generated files are what the generator writes today',
    check(repository) {
      if (!repository.paths.includes(GENERATOR)) return [{ path: GENERATOR, line: 0, message: 'does not exist' }];
      const { exitCode, output } = run();
      if (exitCode === 0) return [];
      return [{ path: GENERATOR, line: 0, message: `--check failed, run "npm run generate":\n${output.trim()}` }];
    },
  };
}

function runGenerator(): GeneratorRun {
  const run = spawnSync(process.execPath, [GENERATOR, '--check'], { encoding: 'utf8' });
  return { exitCode: run.status ?? 1, output: `${run.stdout}${run.stderr}` };
}
