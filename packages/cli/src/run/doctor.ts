import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { DiskError } from '@sluice/kernel/disk';
import { type DoctoredDirectory, runDoctor } from 'sluice/doctor/doctor';
import { type DoctorRefusal, DoctorRefused } from 'sluice/doctor/doctor-refused';
import { realWorld } from 'sluice/world';
import type { DoctorCommandOptions } from '../commands/doctor.ts';
import { CliFailure, type ExitReason, SilentEnd } from '../failure.ts';
import { printJson, printText } from '../output/print.ts';
import type { Shell } from '../shell.ts';
import { doctorJson } from './doctor/doctor-json.ts';
import { showDoctorProgress } from './doctor/doctor-progress.ts';
import { formatDoctor } from './doctor/doctor-report.ts';

/** Its own meanings: 0 healthy, 1 findings, 2 could not check. */
const FINDINGS_CODE = 1;
const UNCHECKED_CODE = 2;

const REASONS: Readonly<Record<DoctorRefusal, ExitReason>> = {
  'not-found': 'not-found',
  foreign: 'failed',
  running: 'failed',
  denied: 'failed',
  unsuitable: 'failed',
};

/** `sluice doctor` */
export async function doctor(
  shell: Shell,
  directories: readonly string[],
  options: DoctorCommandOptions,
): Promise<void> {
  const isRepair = options.repair ?? false;
  const consent = {
    acceptLoss: options.acceptLoss ?? [],
    setAside: options.setAside ?? [],
    adopt: options.adopt ?? [],
  };
  if (!isRepair && Object.values(consent).some((each) => each.length > 0)) {
    throw new CliFailure('usage', '--accept-loss, --set-aside and --adopt say what a repair may do', 'add --repair');
  }
  const startedMs = shell.clock.monotonicMs();
  const progress = showDoctorProgress(shell.stderr, shell.clock);
  let results: readonly DoctoredDirectory[];
  try {
    results = await runDoctor({
      world: realWorld,
      paths: [...new Set(directories.map((directory) => resolve(directory)))],
      scratch: tmpdir(),
      isDeep: options.deep ?? false,
      repair: isRepair ? consent : undefined,
      onProgress: progress.update,
    });
  } catch (error) {
    progress.clear();
    throw explain(error);
  }
  progress.clear();
  const elapsedMs = shell.clock.monotonicMs() - startedMs;
  if (options.json) await printJson(shell, doctorJson(results, elapsedMs));
  else
    await printText(shell, formatDoctor({ results, elapsedMs, isRepair, isAll: options.all ?? false }, shell.stdout));
  const isHealthy = results.every(({ findings }) => findings.every(({ severity }) => severity === 'note'));
  if (!isHealthy) throw new SilentEnd(FINDINGS_CODE);
}

function explain(error: unknown): unknown {
  if (error instanceof DoctorRefused) {
    return new CliFailure(REASONS[error.reason], error.message, error.hint, { cause: error, code: UNCHECKED_CODE });
  }
  if (error instanceof DiskError) {
    const hint = 'see whether the disk or the permissions are at fault';
    return new CliFailure('failed', `${error.path}: ${error.message}`, hint, { cause: error, code: UNCHECKED_CODE });
  }
  return error;
}
