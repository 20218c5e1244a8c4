import { InvalidArgumentError } from 'commander';
import { type Address, parseAddress, parseAddresses } from './address.ts';
import { parseDurationMs } from './duration.ts';
import { parseKeyValue, unescapeText } from './key-value.ts';
import { type PartitionOffsets, parsePartitionOffsets } from './partition-offsets.ts';

/** The port that Kafka's brokers listen on by custom. */
const DEFAULT_PORT = 9092;
/** The port that tools for local AWS services look at. */
const DEFAULT_AWS_PORT = 4566;

// Parsers for commander: they return the value or throw its InvalidArgumentError, which ends as exit code 2.

export function address(text: string): Address {
  const parsed = parseAddress(text, DEFAULT_PORT);
  if (parsed === undefined) throw new InvalidArgumentError('Write it as host:port, for example 127.0.0.1:9092.');
  return parsed;
}

/** An address of the AWS door. */
export function awsAddress(text: string): Address {
  const parsed = parseAddress(text, DEFAULT_AWS_PORT);
  if (parsed === undefined) throw new InvalidArgumentError('Write it as host:port, for example 127.0.0.1:4566.');
  return parsed;
}

export function addresses(text: string): readonly Address[] {
  const parsed = parseAddresses(text, DEFAULT_PORT);
  if (parsed === undefined) {
    throw new InvalidArgumentError('Write host:port, several with commas between them, for example 127.0.0.1:9092.');
  }
  return parsed;
}

export function duration(text: string): number {
  const parsed = parseDurationMs(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write a number and a unit: 500ms, 10s, 5m, 1h or 2d.');
  return parsed;
}

/** A whole number from `min` on. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const parsed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(parsed >= min && parsed <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return parsed;
  };
}

/** Collects `name=value` of a repeatable option. */
export function keyValues(
  text: string,
  previous: readonly (readonly [string, string])[] | undefined,
): readonly (readonly [string, string])[] {
  const parsed = parseKeyValue(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return [...(previous ?? []), parsed];
}

/** Collects the values of a repeatable option; commas separate too. */
export function names(text: string, previous: readonly string[] | undefined): readonly string[] {
  const parsed = text.split(',').map((name) => name.trim());
  if (parsed.includes('')) throw new InvalidArgumentError('A name is empty.');
  return [...(previous ?? []), ...parsed];
}

/** Collects offsets of partitions of a repeatable option. */
export function offsetRanges(
  text: string,
  previous: readonly PartitionOffsets[] | undefined,
): readonly PartitionOffsets[] {
  const parsed = parsePartitionOffsets(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write it as topic-partition:from-to, orders-3:10-12 say.');
  return [...(previous ?? []), parsed];
}

/** Collects partition numbers of a repeatable option; commas separate too. */
export function partitions(text: string, previous: readonly number[] | undefined): readonly number[] {
  return [...(previous ?? []), ...text.split(',').map(wholeNumber(0, 2 ** 31 - 1))];
}

/** Text in which `\t`, `\n`, `\0` and `\xNN` may stand; not empty. */
export function separator(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return unescapeText(text);
}

/** Matches whole names only, as subscriptions do. */
export function wholeNamePattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}
