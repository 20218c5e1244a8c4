import { AwsError } from '../aws-error.ts';
import type { StructureShape } from '../contract.ts';
import type { Codec, Protocol } from '../protocols/protocol.ts';
import { encodeMessage } from './encode-message.ts';

export const EVENT_STREAM_CONTENT_TYPE = 'application/vnd.amazon.eventstream';

export interface EventEncoding {
  readonly protocol: Protocol;
  readonly codec: Codec;
  /** The shape of the stream: its members are events and exceptions. */
  readonly stream: StructureShape;
  /** What a failure that is none of the stream's exceptions is told as. */
  explain(error: unknown): AwsError;
}

/**
 * The messages of an event stream: first an empty initial response, as protocols have it whose operations are no
 * resources; then the events; an `AwsError` that is thrown ends it as an exception.
 */
export async function* encodeEvents(
  events: AsyncIterable<Readonly<Record<string, unknown>>>,
  { protocol, codec, stream, explain }: EventEncoding,
): AsyncGenerator<Buffer> {
  yield encodeMessage(headersOf('event', 'initial-response', protocol), protocol.emptyStructure);
  try {
    for await (const event of events) {
      for (const [name, value] of Object.entries(event)) {
        const shape = stream.members[name];
        if (shape === undefined) throw new Error(`the stream has no event ${name}`);
        yield encodeMessage(headersOf('event', name, protocol), codec.write(shape)(value));
      }
    }
  } catch (error) {
    const told = error instanceof AwsError ? error : explain(error);
    yield encodeMessage(headersOf('exception', told.type, protocol), protocol.encodeError(told));
  }
}

function headersOf(kind: 'event' | 'exception', type: string, { contentType }: Protocol): Record<string, string> {
  return { [`:${kind}-type`]: type, ':content-type': contentType, ':message-type': kind };
}
