import type { ServiceContract } from './contract.ts';
import type { AnyOperations } from './operation.ts';

/** A service behind the front. */
export interface Service {
  readonly contract: ServiceContract;
  readonly operations: AnyOperations;
}
