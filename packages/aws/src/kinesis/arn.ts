import type { OperationContext } from '../front/operation.ts';
import { invalidArgument } from './errors.ts';

type Where = Pick<OperationContext, 'accountId' | 'region' | 'awsPartition'>;

const STREAM_ARN = /^arn:aws[^:]*:kinesis:[^:]*:\d{12}:stream\/([a-zA-Z0-9_.-]{1,128})$/;
const CONSUMER_ARN =
  /^arn:aws[^:]*:kinesis:[^:]*:\d{12}:stream\/([a-zA-Z0-9_.-]{1,128})\/consumer\/([a-zA-Z0-9_.-]{1,128}):(\d+)$/;
const QUEUE_ARN = /^arn:aws[^:]*:kinesis:[^:]*:\d{12}:queue\/([0-9a-f]{32})$/;

/** A stream has the account and the region of whoever asks: a cluster is one account's in one region. */
export function streamArn(name: string, { accountId, region, awsPartition }: Where): string {
  return `arn:${awsPartition}:kinesis:${region}:${accountId}:stream/${name}`;
}

/** The id is made when the queue is, as with the service: a queue of the same name that is made later is another. */
export function queueArn(id: string, { accountId, region, awsPartition }: Where): string {
  return `arn:${awsPartition}:kinesis:${region}:${accountId}:queue/${id}`;
}

/** Undefined for what is no queue's ARN. */
export function parseQueueArn(arn: string): string | undefined {
  return QUEUE_ARN.exec(arn)?.[1];
}

export interface ConsumerIdentity {
  readonly name: string;
  readonly createdAtMs: number;
}

export function consumerArn(stream: string, { name, createdAtMs }: ConsumerIdentity, where: Where): string {
  return `${streamArn(stream, where)}/consumer/${name}:${Math.floor(createdAtMs / 1000)}`;
}

/** The stream that a request names, by name or ARN; both must agree. */
export function namedStream({ StreamName, StreamARN }: { StreamName?: string; StreamARN?: string }): string {
  if (StreamARN === undefined) {
    if (StreamName === undefined) throw invalidArgument('Either StreamName or StreamARN must be provided.');
    return StreamName;
  }
  const name = STREAM_ARN.exec(StreamARN)?.[1];
  if (name === undefined) throw invalidArgument(`StreamARN ${StreamARN} is not valid.`);
  if (StreamName !== undefined && StreamName !== name) {
    throw invalidArgument(`StreamName ${StreamName} and StreamARN ${StreamARN} do not name the same stream.`);
  }
  return name;
}

export interface NamedConsumer {
  readonly stream: string;
  readonly consumer: string;
  /** Of an ARN: consumers of the same name that were registered at another time are others. */
  readonly createdAtSeconds?: number;
}

export function parseConsumerArn(arn: string): NamedConsumer {
  const [, stream, consumer, seconds] = CONSUMER_ARN.exec(arn) ?? [];
  if (stream === undefined || consumer === undefined) throw invalidArgument(`ConsumerARN ${arn} is not valid.`);
  return { stream, consumer, createdAtSeconds: Number(seconds) };
}

/** What a resource's ARN names: a stream, or one of its consumers. */
export function parseResourceArn(arn: string): { readonly stream: string; readonly consumer?: NamedConsumer } {
  const stream = STREAM_ARN.exec(arn)?.[1];
  if (stream !== undefined) return { stream };
  if (!CONSUMER_ARN.test(arn)) throw invalidArgument(`ResourceARN ${arn} is not valid.`);
  const consumer = parseConsumerArn(arn);
  return { stream: consumer.stream, consumer };
}
