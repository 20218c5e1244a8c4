import { resolve } from 'node:path';
import { DiskError } from '@sluice/kernel/disk';
import { ImportStopped, importKafka } from 'sluice/import/import-kafka';
import { ImportRefused } from 'sluice/import/import-refused';
import { realWorld } from 'sluice/world';
import type { ImportCommandOptions } from '../commands/import.ts';
import { CliFailure, type ExitReason } from '../failure.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import type { Shell } from '../shell.ts';
import { showImportProgress } from './import/import-progress.ts';
import { formatImport } from './import/import-report.ts';

/** Problems that are shown one by one. */
const PROBLEMS_SHOWN_MAX = 20;
const AGAIN = 'give the same command again: it goes on where it was';
const REASONS: Readonly<Record<ImportRefused['reason'], ExitReason>> = {
  refused: 'failed',
  missing: 'not-found',
  exists: 'exists',
};

/** `sluice import` */
export async function importDirectories(
  shell: Shell,
  directories: readonly string[],
  options: ImportCommandOptions,
): Promise<void> {
  const progress = showImportProgress(shell.stderr, shell.clock);
  let isStopping = false;
  const interrupt = shell.onInterrupt(() => {
    isStopping = true;
  });
  try {
    const report = await importKafka({
      world: realWorld,
      sources: directories.map((directory) => resolve(directory)),
      target: resolve(options.data),
      partial: options.partial ?? false,
      withoutMetadata: options.withoutMetadata ?? false,
      exclude: options.exclude ?? [],
      copyAll: options.copy ?? false,
      dryRun: options.dryRun ?? false,
      onProgress: progress.update,
      isStopping: () => isStopping,
    });
    progress.clear();
    if (options.json) return await printJson(shell, report);
    const shown = { report, target: options.data, isDryRun: options.dryRun ?? false };
    await printText(shell, formatImport(shown, shell.stdout));
  } catch (error) {
    progress.clear();
    if (error instanceof ImportRefused) return await reject(shell, error, options.json ?? false);
    if (error instanceof ImportStopped)
      throw new CliFailure('failed', 'stopped before the end', AGAIN, { cause: error });
    if (!(error instanceof DiskError)) throw error;
    throw new CliFailure('failed', `${error.path}: ${error.message}`, `mend it, then ${AGAIN}`, { cause: error });
  } finally {
    interrupt.undo();
  }
}

/** All that stands in the way, a line each; the last one is the command's failure. */
async function reject(shell: Shell, refused: ImportRefused, isJson: boolean): Promise<never> {
  const { problems } = refused;
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX);
  const last = shown.at(-1) ?? { message: refused.message, hint: undefined };
  if (isJson) throw new CliFailure(REASONS[refused.reason], refused.message, last.hint, { cause: refused });
  const error = styleFor(shell.stderr)('red', 'error:');
  for (const { message, hint } of shown.slice(0, -1)) await shell.stderr.write(`${error} ${message}; ${hint}\n`);
  if (problems.length > shown.length) {
    await shell.stderr.write(`${error} ${problems.length - shown.length} more of the same kind are not shown\n`);
  }
  throw new CliFailure(REASONS[refused.reason], last.message, last.hint, { cause: refused });
}
