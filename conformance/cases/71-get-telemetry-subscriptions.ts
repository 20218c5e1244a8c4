import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';

export const cases: ApiCases = {
  api: 'GetTelemetrySubscriptions',
  opaqueFields: ['subscriptionId'],
  cases: [
    { name: 'not advertised, yet answered', exchanges: () => [{}, { clientInstanceId: unknownId }] },
    {
      name: 'pushing telemetry',
      exchanges: () => [{ $api: 'PushTelemetry', $version: 0, $body: { clientInstanceId: unknownId } }],
    },
  ],
};
