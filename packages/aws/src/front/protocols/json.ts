import { isBeyond } from '../values/json-bounds.ts';
import { jsonLeaves } from '../values/json-leaves.ts';
import { createReaders } from '../values/read-value.ts';
import { serializationError } from '../values/serialization-error.ts';
import { createJsonEncoders } from '../values/to-json.ts';
import { DEPTH_MAX, VALUES_MAX } from '../values/value-limits.ts';
import type { Protocol } from './protocol.ts';
import { routeByTarget } from './target.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.1';
const BOUNDS = { depthMax: DEPTH_MAX, valuesMax: VALUES_MAX };

/** AWS JSON 1.1. */
export const jsonProtocol: Protocol = {
  contentType: CONTENT_TYPE,
  emptyStructure: Buffer.from('{}'),
  recognises: (contentType) => contentType === CONTENT_TYPE,
  route: routeByTarget,
  parse(body) {
    const text = body.toString();
    if (isBeyond(text, BOUNDS)) throw serializationError();
    try {
      return JSON.parse(text);
    } catch {
      throw serializationError();
    }
  },
  codec: (contract) => ({ read: createReaders(contract, jsonLeaves), write: createJsonEncoders(contract) }),
  encodeError({ type, message, members }) {
    return Buffer.from(JSON.stringify({ __type: type, ...(message === '' ? {} : { message }), ...members }));
  },
};
