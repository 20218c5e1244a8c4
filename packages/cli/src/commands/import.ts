import { Command } from 'commander';
import { names } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { withExamples } from './examples.ts';

export interface ImportCommandOptions {
  readonly data: string;
  readonly dryRun?: boolean;
  readonly copy?: boolean;
  readonly exclude?: readonly string[];
  readonly partial?: boolean;
  readonly withoutMetadata?: boolean;
  readonly json?: boolean;
}

/** `sluice import` */
export function importCommand(shell: Shell): Command {
  const command = new Command('import')
    .summary('take over the data directories of an Apache Kafka broker')
    .description(
      'Makes a data directory for Sluice out of those of a stopped Apache Kafka broker (3.x or 4.x): topics with their ids ' +
        "and settings, records at their offsets, what groups have committed, producers' and transactions' state. Kafka's " +
        'directories stay as they are. Files that nobody changes any more are hard links where source and target are on ' +
        'one file system, so that takes no space and no time; the rest is copied. If it is interrupted, give the same ' +
        'command again: it goes on where it was. What Sluice cannot hold yet is listed at the end.',
    )
    .argument(
      '<dir...>',
      "all log directories of one broker: log.dirs (and metadata.log.dir) in Kafka's server.properties",
    )
    .option('-d, --data <dir>', 'an empty or a new directory for Sluice', './sluice-data')
    .option('-n, --dry-run', 'show what would come over, and change nothing')
    .option('--copy', 'copy everything, also where hard links would do')
    .option('-x, --exclude <topic>', 'leave a topic out, repeatable', names)
    .option('--partial', 'take what is here of topics that have partitions on other brokers, and make the others empty')
    .option(
      '--without-metadata',
      "take topics from the directories' names, where the cluster's metadata is in ZooKeeper or lost; their settings are lost",
    )
    .option('--json', 'print JSON for scripts instead of text')
    .action(async (directories: string[], options: ImportCommandOptions) => {
      const { importDirectories } = await import('../run/import.ts');
      await importDirectories(shell, directories, options);
    });
  return withExamples(command, [
    { what: 'stop Kafka, then look what would come over', line: 'sluice import /var/lib/kafka/data --dry-run' },
    { what: 'do it, and start', line: 'sluice import /var/lib/kafka/data --data ./sluice-data && sluice start' },
    { what: 'a broker with two disks', line: 'sluice import /disk1/kafka /disk2/kafka --data /disk1/sluice' },
  ]);
}
