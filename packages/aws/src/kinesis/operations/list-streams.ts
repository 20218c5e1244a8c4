import { streamArn } from '../arn.ts';
import { invalidArgument } from '../errors.ts';
import type { KinesisOperations, StreamSummary } from '../generated/types.ts';
import { openPage, sealPage } from '../records/page-token.ts';
import type { Seal } from '../records/seal.ts';
import type { Streams } from '../registry/streams.ts';

const OPERATION = 'ListStreams';
const LIMIT_DEFAULT = 100;

export function listStreams({ streams, seal }: { streams: Streams; seal: Seal }): KinesisOperations['ListStreams'] {
  return async ({ Limit = LIMIT_DEFAULT, ExclusiveStartStreamName, NextToken }, context) => {
    if (ExclusiveStartStreamName !== undefined && NextToken !== undefined) {
      throw invalidArgument('ExclusiveStartStreamName and NextToken cannot be provided together.');
    }
    const after =
      NextToken === undefined
        ? (ExclusiveStartStreamName ?? '')
        : String(await openPage(seal, OPERATION, NextToken, context.now));
    const all = (await streams.list()).filter(({ name }) => name > after);
    const page = all.slice(0, Limit);
    const last = page.at(-1);
    const hasMore = all.length > page.length;
    return {
      StreamNames: page.map(({ name }) => name),
      HasMoreStreams: hasMore,
      ...(hasMore && last !== undefined ? { NextToken: await sealPage(seal, OPERATION, last.name, context.now) } : {}),
      StreamSummaries: page.map(
        ({ name, state }): StreamSummary => ({
          StreamName: name,
          StreamARN: streamArn(name, context),
          StreamStatus: state?.status ?? 'ACTIVE',
          StreamModeDetails: { StreamMode: state?.mode ?? 'PROVISIONED' },
          ...(state === undefined ? {} : { StreamCreationTimestamp: state.createdAtMs }),
        }),
      ),
    };
  };
}
