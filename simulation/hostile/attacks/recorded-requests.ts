import { APIS } from '@sluice/protocol/generated/apis';
import { type Attack, pick } from '../attack.ts';
import { sendRequest } from '../blow.ts';

/**
 * F23: requests as Kafka's own classes write them, of the APIs and versions that the broker advertises. Their values are
 * random, yet they can be read: a broker that closes on one failed to answer it.
 */
export const recordedRequests: Attack = {
  name: 'recorded-requests',
  fault: 'F23',
  weight: 10,
  async strike(field, random) {
    const request = pick(
      random,
      field.corpus.requests.filter(({ apiKey, version }) => {
        const served = field.served.get(apiKey);
        return served !== undefined && version >= served.minVersion && version <= served.maxVersion;
      }),
    );
    const blow = await sendRequest(field, request);
    if (blow.outcome !== 'closed') return blow;
    const name = APIS.get(request.apiKey)?.name;
    return { ...blow, violation: `${name} v${request.version} can be read, but the connection was closed` };
  },
};
