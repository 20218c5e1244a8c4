import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitContract } from './emit-contract.ts';
import { emitShapeTypes } from './emit-shape-types.ts';
import type { Model } from './model.ts';

const SPEC = join(import.meta.dirname, '../../../packages/aws/spec');
const SERVICES = ['Kinesis'];

/** The generated files of all AWS services, by their path under `packages/aws/src`. */
export function generateAws(): Map<string, string> {
  const files = new Map<string, string>();
  for (const service of SERVICES) {
    const folder = service.toLowerCase();
    const model: Model = JSON.parse(readFileSync(join(SPEC, `${folder}.json`), 'utf8'));
    files.set(`${folder}/generated/contract.ts`, emitContract(service, model));
    files.set(`${folder}/generated/types.ts`, emitShapeTypes(service, model));
  }
  return files;
}
