import {
  createCborWriter,
  finishCbor,
  MAJOR,
  writeBoolean,
  writeHead,
  writeNumber,
  writeText,
} from '../cbor/cbor-writer.ts';
import { readCbor } from '../cbor/read-cbor.ts';
import { cborLeaves } from '../values/cbor-leaves.ts';
import { createReaders } from '../values/read-value.ts';
import { createCborEncoders } from '../values/to-cbor.ts';
import type { Protocol } from './protocol.ts';
import { routeByTarget } from './target.ts';

const CONTENT_TYPE = 'application/x-amz-cbor-1.1';

/** AWS JSON 1.1 in CBOR, which the Java SDK speaks to Kinesis. */
export const cborProtocol: Protocol = {
  contentType: CONTENT_TYPE,
  emptyStructure: Buffer.of(0xa0),
  recognises: (contentType) => contentType === CONTENT_TYPE,
  route: routeByTarget,
  parse: readCbor,
  codec: (contract) => ({ read: createReaders(contract, cborLeaves), write: createCborEncoders(contract) }),
  encodeError({ type, message, members }) {
    const fields = Object.entries({ __type: type, ...(message === '' ? {} : { message }), ...members });
    const writer = createCborWriter();
    writeHead(writer, MAJOR.map, fields.length);
    for (const [name, value] of fields) {
      writeText(writer, name);
      if (typeof value === 'number') writeNumber(writer, value);
      else if (typeof value === 'boolean') writeBoolean(writer, value);
      else writeText(writer, String(value));
    }
    return finishCbor(writer);
  },
};
