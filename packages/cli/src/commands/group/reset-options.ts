import type { Command } from 'commander';
import { ago, datetime, integer } from '../../input/reset-target.ts';
import { topicScopes } from '../../input/topic-scope.ts';

/** Which offsets are moved where to, for groups of any kind. */
export function withResetOptions(command: Command): Command {
  return command
    .optionsGroup('Which partitions:')
    .option(
      '-t, --topic <topic[:partitions]>',
      'a topic, or some of its partitions (orders:0,1), repeatable',
      topicScopes,
    )
    .option('--all-topics', 'everything that the group has an offset in')
    .optionsGroup('Where to:')
    .option('--to-earliest', 'the first record that is kept')
    .option('--to-latest', 'the end: only what comes from now on')
    .option('--to-offset <offset>', 'this offset', integer)
    .option('--shift-by <count>', 'so many records forward, or back (-100)', integer)
    .option('--to-datetime <time>', 'the first record at or after this time (2026-01-31T12:00:00, in UTC)', datetime)
    .option('--by-duration <duration>', 'the first record that is no older than this (90m, PT1H30M)', ago)
    .option('--to-current', 'where it is; the end where it has no offset, or where a share group has done all')
    .option('--from-file <file>', 'what stands in a file that --export or --json made; - reads standard input')
    .optionsGroup('What to do:')
    .option('--dry-run', 'only show what would change; so it is without --execute')
    .option('--execute', 'change the offsets')
    .option('--export', 'print the new offsets as lines of topic,partition,offset');
}
