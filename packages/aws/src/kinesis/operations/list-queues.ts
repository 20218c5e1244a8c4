import { namedStream } from '../arn.ts';
import type { KinesisOperations, QueueStreamFilter } from '../generated/types.ts';
import { summarizeQueue } from '../queues/describe-queue.ts';
import type { StreamQueue } from '../queues/queue-state.ts';
import type { Queues } from '../queues/queues.ts';
import { openPage, sealPage } from '../records/page-token.ts';
import type { Seal } from '../records/seal.ts';
import type { Streams } from '../registry/streams.ts';
import type { KinesisSettings } from '../settings.ts';

const OPERATION = 'ListQueues';
const LIMIT_DEFAULT = 100;

export interface ListQueuesNeeds {
  readonly streams: Streams;
  readonly queues: Queues;
  readonly seal: Seal;
  readonly settings: KinesisSettings;
}

export function listQueues({ streams, queues, seal, settings }: ListQueuesNeeds): KinesisOperations['ListQueues'] {
  return async ({ MaxResults = LIMIT_DEFAULT, NextToken, StreamFilter }, context) => {
    const after = NextToken === undefined ? '' : String(await openPage(seal, OPERATION, NextToken, context.now));
    const filters = StreamFilter?.map(filterOf);
    await streams.confirm();
    const rest = queues
      .known()
      .filter((each) => placeOf(each) > after && (filters === undefined || filters.some((isWanted) => isWanted(each))))
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const page = rest.slice(0, MaxResults);
    const last = page.at(-1);
    return {
      QueueSummaries: page.map((each) => summarizeQueue(each, context, settings.statusDelayMs)),
      ...(rest.length > page.length && last !== undefined
        ? { NextToken: await sealPage(seal, OPERATION, placeOf(last), context.now) }
        : {}),
    };
  };
}

/** By name; two doors may have made queues of one name at the same moment. */
const placeOf = ({ queue: { name, id } }: StreamQueue) => `${name}/${id}`;

function filterOf({ StreamARN, StreamCreationTimestamp: createdAtMs }: QueueStreamFilter) {
  const name = namedStream({ StreamARN });
  return ({ stream }: StreamQueue) =>
    stream.name === name && (createdAtMs === undefined || secondsOf(createdAtMs) === secondsOf(stream.createdAtMs));
}

const secondsOf = (timeMs: number) => Math.floor(timeMs / 1000);
