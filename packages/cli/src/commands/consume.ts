import { Command, InvalidArgumentError, Option } from 'commander';
import { CliFailure } from '../failure.ts';
import { partitions, separator, wholeNamePattern, wholeNumber } from '../input/option-parsers.ts';
import { parseStartPosition, type StartPosition } from '../input/start-position.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

/** How records are printed. */
export interface PrintOptions extends ClientOptions {
  readonly format: 'value' | 'key-value' | 'json';
  readonly keySeparator: string;
  readonly count?: number;
}

/** Without a group. */
export interface ConsumeTopicOptions extends PrintOptions {
  readonly from: StartPosition;
  readonly partition?: readonly number[];
  readonly untilEnd?: boolean;
}

/** As a member of a group. */
export interface ConsumeGroupOptions extends PrintOptions {
  readonly group: string;
  readonly groupProtocol: 'classic' | 'consumer';
  readonly include?: RegExp;
  /** Where the group has committed nothing. */
  readonly from: 'beginning' | 'end';
  readonly untilEnd?: boolean;
}

type ConsumeOptions = ConsumeTopicOptions & {
  readonly group?: string;
  readonly groupProtocol?: 'classic' | 'consumer';
  readonly include?: RegExp;
};

/** `sluice consume` */
export function consumeCommand(shell: Shell): Command {
  const command = new Command('consume')
    .summary('read records of a topic, alone or in a group')
    .description(
      'Reads records of a topic and waits for more until it is stopped. Without --group it joins no group and commits ' +
        'nothing, so reading changes nothing on the cluster.',
    )
    .argument('[topic...]', 'topic to read; with --group there may be several')
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
    .action(async (topics: string[], options: ConsumeOptions) => {
      const { group } = options;
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
  ]);
}

function onlyTopic([topic, ...others]: readonly string[], options: ConsumeOptions): string {
  if (options.include !== undefined || options.groupProtocol !== undefined) {
    throw new CliFailure('usage', '--include and --group-protocol are for members of a group', 'name one with --group');
  }
  if (topic === undefined) throw new CliFailure('usage', "missing required argument 'topic'", 'see --help');
  if (others.length > 0) {
    throw new CliFailure('usage', 'several topics can only be read as a member of a group', 'name one with --group');
  }
  return topic;
}

function groupOptions(
  topics: readonly string[],
  options: ConsumeOptions & { readonly group: string },
): ConsumeGroupOptions {
  const { from, partition, group, groupProtocol = 'classic', include } = options;
  if (group === '') throw new CliFailure('usage', 'the name of the group is empty', 'give it one');
  if (partition !== undefined) {
    throw new CliFailure('usage', '--partition and --group exclude each other: a group shares out partitions itself');
  }
  if ((include === undefined) === (topics.length === 0)) {
    throw new CliFailure('usage', 'it was not said what to read', 'give either topics or --include');
  }
  if (from.kind !== 'beginning' && from.kind !== 'end') {
    throw new CliFailure(
      'usage',
      'with --group, --from is beginning or end',
      '`sluice group reset-offsets` moves a group to an offset or a time',
    );
  }
  const { from: _from, partition: _partition, ...others } = options;
  return { ...others, group, groupProtocol, from: from.kind };
}

function startPosition(text: string, shell: Shell): StartPosition {
  const parsed = parseStartPosition(text, shell.clock.now());
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Write beginning, end, an offset (500), a time (2026-01-31T12:00:00Z) or 15m.');
}
