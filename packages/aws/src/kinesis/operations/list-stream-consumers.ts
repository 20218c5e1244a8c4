import { namedStream } from '../arn.ts';
import { describeConsumer } from '../describe-consumer.ts';
import { invalidArgument, streamNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { openPage, sealPage } from '../records/page-token.ts';
import type { Seal } from '../records/seal.ts';
import type { ConsumerNeeds } from './register-stream-consumer.ts';

const OPERATION = 'ListStreamConsumers';
const LIMIT_DEFAULT = 100;

interface Page {
  readonly stream: string;
  readonly after: string;
}

export function listStreamConsumers(
  needs: Omit<ConsumerNeeds, 'clock'> & { readonly seal: Seal },
): KinesisOperations['ListStreamConsumers'] {
  const { streams, settings, seal } = needs;
  return async (input, context) => {
    const { StreamARN, NextToken, MaxResults = LIMIT_DEFAULT, StreamCreationTimestamp } = input;
    const name = namedStream({ StreamARN });
    const page =
      NextToken === undefined
        ? { stream: name, after: '' }
        : ((await openPage(seal, OPERATION, NextToken, context.now)) as Page);
    if (page.stream !== name) throw invalidArgument('NextToken is of another stream.');
    const state = await streams.current(name);
    const isOther =
      StreamCreationTimestamp !== undefined &&
      state !== undefined &&
      secondsOf(StreamCreationTimestamp) !== secondsOf(state.createdAtMs);
    if (state === undefined || isOther) throw streamNotFound(name, context);
    const rest = [...state.consumers]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .filter((each) => each.name > page.after);
    const consumers = rest.slice(0, MaxResults);
    const next = { stream: name, after: consumers.at(-1)?.name ?? page.after };
    return {
      Consumers: consumers.map((each) => describeConsumer(name, each, context, settings.statusDelayMs)),
      ...(rest.length > consumers.length ? { NextToken: await sealPage(seal, OPERATION, next, context.now) } : {}),
    };
  };
}

const secondsOf = (timeMs: number) => Math.floor(timeMs / 1000);
