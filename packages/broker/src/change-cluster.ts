import type { Outcome } from '@sluice/metadata/controller/controller-types';
import type { Decision } from '@sluice/metadata/controller/decision';

/**
 * A change of the cluster's metadata: a decision of the controller, written and seen by this broker. When it settles,
 * this broker already hosts what the change gave it, so that the client's next request finds it.
 */
export type ChangeCluster = <Request, Reply>(
  decision: Decision<Request, Reply>,
  request: Request,
  timeoutMs?: number,
) => Promise<Outcome<Reply>>;
