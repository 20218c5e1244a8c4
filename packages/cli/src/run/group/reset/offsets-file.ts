import type { TopicPartition } from '@sluice/client/topic-partition';
import { CliFailure } from '../../../failure.ts';

export interface WantedOffset extends TopicPartition {
  readonly offset: number;
}

/** Lines as Kafka's own tool exports and reads them. */
export function formatOffsetsCsv(offsets: readonly WantedOffset[]): string {
  return offsets.map(({ topic, partition, offset }) => `${topic},${partition},${offset}\n`).join('');
}

/**
 * Reads `topic,partition,offset` or `group,topic,partition,offset` by line, of which it takes one group's, or what
 * `reset-offsets --json` printed. A partition that stands twice has its last offset.
 */
export function parseOffsetsFile(text: string, path: string, group: string): readonly WantedOffset[] {
  const parsed = /^\s*[[{]/.test(text) ? parseJson(text, path) : parseCsv(text, path, group);
  if (parsed.length === 0) {
    throw new CliFailure('not-found', `${path} has no offsets for group ${group}`, 'see what stands in it');
  }
  return parsed;
}

function parseCsv(text: string, path: string, group: string): readonly WantedOffset[] {
  const offsets: WantedOffset[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const cells = splitCsv(line.trim());
    const [topic, partition, offset] = cells.length === 4 ? cells.slice(1) : cells;
    const wanted = cells.length > 4 ? undefined : toWanted(topic, toNumber(partition), toNumber(offset));
    if (wanted === undefined) {
      throw new CliFailure(
        'failed',
        `line ${index + 1} of ${path} cannot be read`,
        'a line is topic,partition,offset or group,topic,partition,offset',
      );
    }
    if (cells.length === 3 || cells[0] === group) offsets.push(wanted);
  }
  return offsets;
}

/** Kafka's tool puts names of more than 24 characters in quotation marks. */
function splitCsv(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '',
  );
}

function parseJson(text: string, path: string): readonly WantedOffset[] {
  const failure = new CliFailure(
    'failed',
    `${path} holds no offsets`,
    'it must be what reset-offsets --json printed: partitions with topic, partition and offset',
  );
  const document = parseDocument(text, failure);
  const list = isObject(document) && 'partitions' in document ? document.partitions : document;
  if (!Array.isArray(list)) throw failure;
  return list.map((each: unknown) => {
    const wanted = isObject(each) ? toWanted(each.topic, each.partition, each.offset) : undefined;
    if (wanted === undefined) throw failure;
    return wanted;
  });
}

function parseDocument(text: string, failure: CliFailure): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function toNumber(text: string | undefined): number {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

function toWanted(topic: unknown, partition: unknown, offset: unknown): WantedOffset | undefined {
  if (typeof topic !== 'string' || topic === '') return undefined;
  if (typeof partition !== 'number' || !Number.isSafeInteger(partition) || partition < 0) return undefined;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) return undefined;
  return { topic, partition, offset };
}
