import { Command, InvalidArgumentError, Option } from 'commander';
import { duration, partitions, separator, wholeNamePattern, wholeNumber } from '../input/option-parsers.ts';
import { parseStartPosition, type StartPosition } from '../input/start-position.ts';
import type { Shell } from '../shell.ts';
import { withClientOptions } from './client-options.ts';
import { groupOptions, onlyTopic, shareGroupOptions } from './consume/check-options.ts';
import type { ConsumeOptions } from './consume/consume-options.ts';
import { withExamples } from './examples.ts';

/** `sluice consume` */
export function consumeCommand(shell: Shell): Command {
  const command = new Command('consume')
    .summary('read records of a topic, alone or in a group')
    .description(
      'Reads records of a topic and waits for more until it is stopped. Without a group it joins none and commits ' +
        'nothing, so reading changes nothing on the cluster.',
    )
    .argument('[topic...]', 'topic to read; with a group there may be several')
    .addOption(
      new Option(
        '-f, --from <position>',
        'beginning, end, an offset, a time (2026-01-31T12:00:00Z) or a time ago (15m); with --group beginning or end, ' +
          'where the group has committed nothing',
      )
        .argParser((text) => startPosition(text, shell))
        .default({ kind: 'beginning' }, 'beginning'),
    )
    .option('-p, --partition <number>', 'read only these partitions, repeatable', partitions)
    .addOption(
      new Option('-o, --format <format>', 'what is printed of a record: value, key-value, or json with everything')
        .choices(['value', 'key-value', 'json'])
        .default('value'),
    )
    .addOption(
      new Option('-k, --key-separator <text>', 'what key-value prints between the two')
        .argParser(separator)
        .default('\t', 'tab'),
    )
    .option('-n, --count <records>', 'stop after so many records', wholeNumber(1))
    .option(
      '-e, --until-end',
      'stop at the records that are there now, instead of waiting for more; with --group when the group has read them',
    )
    .optionsGroup('As a member of a group:')
    .option(
      '-g, --group <name>',
      'read in this group: go on where it is, share the partitions with its other members, commit what was printed',
    )
    .option(
      '--include <regex>',
      'instead of topics: all whose whole name matches, as they are at the start',
      wholeNamePattern,
    )
    .addOption(
      new Option('--group-protocol <protocol>', 'how to join: classic (the default) or consumer (KIP-848)').choices([
        'classic',
        'consumer',
      ]),
    )
    .optionsGroup('As a member of a share group (a queue):')
    .option(
      '-s, --share-group <name>',
      'take records in this share group, one by one, however many members it has: each is locked while it is printed',
    )
    .option('--accept', 'what was printed is done: nobody gets it again (so it is if nothing is said)')
    .option('--release', 'give back what was printed: somebody gets it again, until it was delivered too often')
    .option('--reject', 'what was printed cannot be processed: nobody gets it again')
    .option('--idle <duration>', 'stop when no record has come for so long', duration)
    .action(async (topics: string[], options: ConsumeOptions, self: Command) => {
      const { group, shareGroup } = options;
      if (shareGroup !== undefined) {
        const checked = shareGroupOptions(topics, { ...options, shareGroup }, isGiven(self, 'from'));
        const { consumeInShareGroup } = await import('../run/consume-share-group.ts');
        return await consumeInShareGroup(shell, topics, checked);
      }
      if (group !== undefined) {
        const checked = groupOptions(topics, { ...options, group });
        const { consumeInGroup } = await import('../run/consume-group.ts');
        return await consumeInGroup(shell, topics, checked);
      }
      const topic = onlyTopic(topics, options);
      const { consume } = await import('../run/consume.ts');
      await consume(shell, topic, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'everything, then what comes', line: 'sluice consume orders' },
    { what: 'everything that is there, then stop', line: 'sluice consume orders --until-end' },
    { what: 'only what comes from now on', line: 'sluice consume orders --from end' },
    { what: 'the last quarter of an hour, with all details', line: 'sluice consume orders --from 15m --format json' },
    { what: 'ten records of partition 2, from offset 500', line: 'sluice consume orders -p 2 --from 500 --count 10' },
    { what: 'go on where group payments is; start it twice to share', line: 'sluice consume orders --group payments' },
    { what: 'all topics of one kind', line: 'sluice consume --include "orders-.*" --group audit' },
    { what: 'take ten tasks of a queue: they are done then', line: 'sluice consume tasks --share-group jobs -n 10' },
    { what: 'empty it', line: 'sluice consume tasks --share-group jobs --reject --idle 5s' },
  ]);
}

function isGiven(command: Command, option: string): boolean {
  return command.getOptionValueSource(option) !== 'default';
}

function startPosition(text: string, shell: Shell): StartPosition {
  const parsed = parseStartPosition(text, shell.clock.now());
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Write beginning, end, an offset (500), a time (2026-01-31T12:00:00Z) or 15m.');
}
