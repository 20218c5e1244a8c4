import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { AwsError } from '../front/aws-error.ts';
import { KINESIS_CONTRACT } from './generated/contract.ts';
import { askFront, PROTOCOLS, requireError } from './testing/ask-front.ts';
import { validInputOf } from './testing/valid-input.ts';

/** Of all that the service says, this alone is its own fault. */
const FAULT = 'InternalFailureException';

describe('each operation answers each error of its model', () => {
  for (const [operation, { errors }] of Object.entries(KINESIS_CONTRACT.operations)) {
    for (const protocol of PROTOCOLS) {
      it(`${operation} in ${protocol.name}`, async () => {
        assert(errors.length > 0);
        for (const type of errors) {
          const failing = { [operation]: () => Promise.reject(new AwsError(type, `because of “${type}”`)) };
          const ask = askFront(failing, createSimClock());
          const response = await ask(operation, validInputOf(operation), protocol);
          const told = requireError(response, protocol, type === FAULT ? 500 : 400);
          assert.deepEqual({ ...told }, { __type: type, message: `because of “${type}”` });
        }
      });

      it(`${operation} in ${protocol.name}, when the door fails by itself`, async () => {
        const failing = { [operation]: () => Promise.reject(new Error('a secret of the house')) };
        const response = await askFront(failing, createSimClock())(operation, validInputOf(operation), protocol);
        // Where the model has a name for it, SDKs have an exception of that name.
        const expected = errors.includes(FAULT) ? FAULT : 'InternalFailure';
        assert.deepEqual({ ...requireError(response, protocol, 500) }, { __type: expected });
      });
    }
  }
});
