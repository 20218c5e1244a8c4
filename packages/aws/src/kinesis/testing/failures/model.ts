import { KINESIS_CONTRACT } from '../../generated/contract.ts';
import type { Case, Name } from './fixture.ts';

/** An input that breaks a rule of the model, in each operation that has one to break. */
export const MODEL_FAILURES: readonly Case[] = Object.entries(KINESIS_CONTRACT.operations).flatMap(
  ([name, { input }]): Case[] => {
    const shape = KINESIS_CONTRACT.shapes[input];
    const operation = name as Name;
    if (shape?.type !== 'structure') return [];
    const failing = (value: object, message: RegExp): Case[] => [
      { operation, error: 'ValidationException', message, input: () => value },
    ];
    const { required = [], members } = shape;
    if (required.length > 0) {
      const detected = required.length === 1 ? '1 validation error' : `${required.length} validation errors`;
      return failing(
        {},
        new RegExp(`^${detected} detected: Value null at '.*failed to satisfy constraint: Member must`),
      );
    }
    if ('StreamName' in members) {
      return failing(
        { StreamName: 'a b' },
        /^1 validation error detected: Value 'a b' at 'streamName' failed .* pattern/,
      );
    }
    if ('MaxResults' in members)
      return failing({ MaxResults: 0 }, /^1 validation error detected: Value '0' at 'maxResults'/);
    if ('Limit' in members) return failing({ Limit: 0 }, /^1 validation error detected: Value '0' at 'limit'/);
    if ('ConsumerARN' in members)
      return failing({ ConsumerARN: 'x' }, /^1 validation error detected: Value 'x' at 'consumerARN'/);
    return [];
  },
);
