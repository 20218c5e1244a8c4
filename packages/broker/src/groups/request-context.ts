import type { RequestContext } from '@sluice/coordinator/group/group-environment';
import type { RequestInfo } from '../request.ts';

/** Who asks, as groups keep it of their members. */
export function requestContext({ apiVersion, clientId, peer }: RequestInfo): RequestContext {
  return { apiVersion, clientId: clientId ?? '', clientHost: `/${peer.address}` };
}
