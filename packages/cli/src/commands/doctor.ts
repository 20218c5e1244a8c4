import { Command } from 'commander';
import { names, offsetRanges } from '../input/option-parsers.ts';
import type { PartitionOffsets } from '../input/partition-offsets.ts';
import type { Shell } from '../shell.ts';
import { withExamples } from './examples.ts';

export interface DoctorCommandOptions {
  readonly repair?: boolean;
  readonly deep?: boolean;
  readonly all?: boolean;
  readonly acceptLoss?: readonly PartitionOffsets[];
  readonly setAside?: readonly string[];
  readonly adopt?: readonly string[];
  readonly json?: boolean;
}

/** `sluice doctor` */
export function doctorCommand(shell: Shell): Command {
  const command = new Command('doctor')
    .summary('check a data directory, and repair it')
    .description(
      'Checks the data directory of a stopped broker: every batch by its checksum, indexes, snapshots and checkpoints ' +
        "against them, and whose the partitions are by the cluster's metadata. It says what is wrong and where, what that " +
        'means, what the next start would do about it, and what --repair does. Without --repair nothing is written, not ' +
        'even a time. Log directories of Apache Kafka can be checked as well. The exit code is 0 if nothing is wrong, 1 if ' +
        'something is, and 2 if it could not be checked.',
    )
    .argument('<dir...>', 'the data directory; all of them, if the broker has several (log.dirs)')
    .option(
      '-r, --repair',
      'make whole again what can be without losing a record; what is taken away is kept in sluice-set-aside',
    )
    .option('--deep', 'take every record apart too, which takes longer')
    .option(
      '--accept-loss <partition:from-to>',
      'with --repair: give these offsets up where their batches cannot be read, repeatable',
      offsetRanges,
    )
    .option('--set-aside <partition>', 'with --repair: put a whole partition out of the way, repeatable', names)
    .option(
      '--adopt <partition>',
      'with --repair: let the topic that it is named after have a partition that says otherwise, repeatable',
      names,
    )
    .option('--all', 'show every finding, also where there are many of one kind')
    .option('--json', 'print JSON for scripts instead of text')
    .action(async (directories: string[], options: DoctorCommandOptions) => {
      const { doctor } = await import('../run/doctor.ts');
      await doctor(shell, directories, options);
    });
  return withExamples(command, [
    { what: 'stop the broker, then look; nothing is changed', line: 'sluice doctor ./sluice-data' },
    { what: 'do what it said that --repair would do', line: 'sluice doctor --repair ./sluice-data' },
    {
      what: 'there is no other copy of three records: go on without them',
      line: 'sluice doctor --repair --accept-loss orders-3:1340-1342 ./sluice-data',
    },
  ]);
}
