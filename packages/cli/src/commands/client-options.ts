import { type Command, Option } from 'commander';
import type { Address } from '../input/address.ts';
import { addresses, duration } from '../input/option-parsers.ts';

/** What every command that talks to a cluster takes. */
export interface ClientOptions {
  readonly bootstrap: readonly Address[];
  readonly timeout: number;
  readonly json?: boolean;
}

export function withClientOptions(command: Command): Command {
  return command
    .optionsGroup('Connection and output:')
    .addOption(
      new Option('-b, --bootstrap <host:port>', 'broker to ask first, several with commas')
        .argParser(addresses)
        .env('SLUICE_BOOTSTRAP')
        .default([{ host: '127.0.0.1', port: 9092 }], '127.0.0.1:9092'),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for an answer, such as 500ms or 2m')
        .argParser(duration)
        .default(15_000, '15s'),
    )
    .option('--json', 'print JSON for scripts instead of text');
}
