import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
  type RequestHeader,
} from './headers.ts';
import type { MessageCodec } from './message-codec.ts';
import { Reader, type ReaderOptions } from './reader.ts';
import { Writer } from './writer.ts';

/** A frame is a size (int32, itself not counted), a header and a body. */
const SIZE_PREFIX_BYTES = 4;

/** A server counts on its clients' requests being bounded; a client trusts its server with more. */
const RESPONSE_ELEMENT_COUNT_MAX = 100_000_000;

/** The frame in pieces for one `writev`; records in `body` are among them, by reference. */
export function encodeResponse<Input>(
  codec: MessageCodec<unknown, Input>,
  version: number,
  correlationId: number,
  body: Input,
): Buffer[] {
  const writer = startFrame();
  encodeResponseHeader(writer, apiKeyOf(codec), version, correlationId);
  codec.encode(writer, body, version);
  return endFrame(writer);
}

/** As {@link encodeResponse}, for whoever is the client. */
export function encodeRequest<Input>(
  codec: MessageCodec<unknown, Input>,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  body: Input,
): Buffer[] {
  const writer = startFrame();
  const { correlationId, clientId } = header;
  encodeRequestHeader(writer, { requestApiKey: apiKeyOf(codec), requestApiVersion: version, correlationId, clientId });
  codec.encode(writer, body, version);
  return endFrame(writer);
}

/** `frame` comes without its size. What the decoded body refers to stays in it. @throws ProtocolError */
export function decodeResponse<Value>(
  codec: MessageCodec<Value, never>,
  version: number,
  frame: Buffer,
): { correlationId: number; body: Value } {
  const reader = new Reader(frame, { elementCountMax: RESPONSE_ELEMENT_COUNT_MAX });
  const correlationId = decodeResponseHeader(reader, apiKeyOf(codec), version);
  return { correlationId, body: codec.decode(reader, version) };
}

/** A request's header, and the reader that stands at its body. `frame` comes without its size. @throws ProtocolError */
export function openRequest(frame: Buffer, options?: ReaderOptions): { header: RequestHeader; reader: Reader } {
  const reader = new Reader(frame, options);
  return { header: decodeRequestHeader(reader), reader };
}

function startFrame(): Writer {
  const writer = new Writer();
  writer.int32(0);
  return writer;
}

function endFrame(writer: Writer): Buffer[] {
  const sizeBytes = writer.sizeBytes - SIZE_PREFIX_BYTES;
  const pieces = writer.finish();
  pieces[0]?.writeInt32BE(sizeBytes, 0);
  return pieces;
}

function apiKeyOf(codec: { readonly name: string; readonly apiKey: number | undefined }): number {
  if (codec.apiKey === undefined) throw new RangeError(`${codec.name} belongs to no API`);
  return codec.apiKey;
}
