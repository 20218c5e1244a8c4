import { Command, InvalidArgumentError, Option } from 'commander';
import { partitions, separator, wholeNumber } from '../input/option-parsers.ts';
import { parseStartPosition, type StartPosition } from '../input/start-position.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

export interface ConsumeOptions extends ClientOptions {
  readonly from: StartPosition;
  readonly partition?: readonly number[];
  readonly format: 'value' | 'key-value' | 'json';
  readonly keySeparator: string;
  readonly count?: number;
  readonly untilEnd?: boolean;
}

/** `sluice consume` */
export function consumeCommand(shell: Shell): Command {
  const command = new Command('consume')
    .summary('read records of a topic')
    .description(
      'Reads records of a topic and waits for more until it is stopped. It joins no group and commits nothing, ' +
        'so reading changes nothing on the cluster.',
    )
    .argument('<topic>', 'topic to read')
    .addOption(
      new Option(
        '-f, --from <position>',
        'beginning, end, an offset, a time (2026-01-31T12:00:00Z) or a time ago (15m)',
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
    .option('-e, --until-end', 'stop at the records that are there now, instead of waiting for more')
    .action(async (topic: string, options: ConsumeOptions) => {
      const { consume } = await import('../run/consume.ts');
      await consume(shell, topic, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'everything, then what comes', line: 'sluice consume orders' },
    { what: 'everything that is there, then stop', line: 'sluice consume orders --until-end' },
    { what: 'only what comes from now on', line: 'sluice consume orders --from end' },
    { what: 'the last quarter of an hour, with all details', line: 'sluice consume orders --from 15m --format json' },
    { what: 'ten records of partition 2, from offset 500', line: 'sluice consume orders -p 2 --from 500 --count 10' },
  ]);
}

function startPosition(text: string, shell: Shell): StartPosition {
  const parsed = parseStartPosition(text, shell.clock.now());
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Write beginning, end, an offset (500), a time (2026-01-31T12:00:00Z) or 15m.');
}
