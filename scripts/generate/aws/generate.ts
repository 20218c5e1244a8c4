import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitContract } from './emit-contract.ts';
import { emitShapeTypes } from './emit-shape-types.ts';
import type { Model, ModelShape } from './model.ts';

const SPEC = join(import.meta.dirname, '../../../packages/aws/spec');
const SERVICES = ['Kinesis'];

/**
 * Members that a model calls required and its service leaves out at times. An event of a subscription has no
 * ContinuationSequenceNumber at its shard's end: the Kinesis Client Library knows the end by that, and refuses an event that
 * has it and children.
 */
const MISSING_AT_TIMES: Readonly<Record<string, string>> = { SubscribeToShardEvent: 'ContinuationSequenceNumber' };

/** The generated files of all AWS services, by their path under `packages/aws/src`. */
export function generateAws(): Map<string, string> {
  const files = new Map<string, string>();
  for (const service of SERVICES) {
    const folder = service.toLowerCase();
    const model = correct(JSON.parse(readFileSync(join(SPEC, `${folder}.json`), 'utf8')));
    files.set(`${folder}/generated/contract.ts`, emitContract(service, model));
    files.set(`${folder}/generated/types.ts`, emitShapeTypes(service, model));
  }
  return files;
}

function correct(model: Model): Model {
  const shapes = Object.entries(model.shapes).map(([name, shape]): [string, ModelShape] => [
    name,
    shape.required === undefined
      ? shape
      : { ...shape, required: shape.required.filter((member) => member !== MISSING_AT_TIMES[name]) },
  ]);
  return { ...model, shapes: Object.fromEntries(shapes) };
}
