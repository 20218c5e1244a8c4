import { Command, Option } from 'commander';
import { keyValues, separator, wholeNumber } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

export interface ProduceOptions extends ClientOptions {
  readonly keySeparator?: string;
  readonly header?: readonly (readonly [string, string])[];
  readonly partition?: number;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly acks: 'all' | '1' | '0';
  readonly null?: string;
}

/** `sluice produce` */
export function produceCommand(shell: Shell): Command {
  const command = new Command('produce')
    .summary('write lines to a topic')
    .description(
      'Writes each line of a file, or of what is typed or piped in, as one record. Empty lines are empty records. A topic ' +
        "that does not exist is made, where the broker's auto.create.topics.enable allows it. It ends with the input, or " +
        'with Ctrl-C: what was read by then is written, and told.',
    )
    .argument('<topic>', 'topic to write to')
    .argument('[file]', 'file to read; without it, or with -, standard input')
    .option(
      '-k, --key-separator <text>',
      'what stands between key and value in a line, for example : or \\t',
      separator,
    )
    .option('-H, --header <name=value>', 'a header for every record, repeatable', keyValues)
    .option(
      '-p, --partition <number>',
      'partition to write to; else the key decides, and records without a key are spread',
      wholeNumber(0, 2 ** 31 - 1),
    )
    .addOption(
      new Option('-z, --compression <codec>', 'how batches are compressed')
        .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        .default('none'),
    )
    .addOption(
      new Option('-a, --acks <who>', 'who must have a record: all in-sync replicas, the leader (1), nobody (0)')
        .choices(['all', '1', '0'])
        .default('all'),
    )
    .option('--null <text>', 'a key or value that is exactly this text is null (a null value deletes its key)')
    .action(async (topic: string, file: string | undefined, options: ProduceOptions) => {
      const { produce } = await import('../run/produce.ts');
      await produce(shell, topic, file, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'type records, one a line; end with Ctrl-D', line: 'sluice produce orders' },
    { what: 'one record', line: 'echo hello | sluice produce orders' },
    { what: 'keys and values', line: 'echo alice:42 | sluice produce orders --key-separator :' },
    { what: 'a file, compressed', line: 'sluice produce orders events.jsonl --compression zstd' },
  ]);
}
