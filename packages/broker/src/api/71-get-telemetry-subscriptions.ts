/*
 * GetTelemetrySubscriptions (71), version 0.
 *
 * - Nothing collects clients' metrics (KIP-714): UNSUPPORTED_VERSION; not advertised, so clients do not ask.
 */
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { getTelemetrySubscriptionsRequestCodec } from '@sluice/protocol/generated/messages/get-telemetry-subscriptions-request';
import { getTelemetrySubscriptionsResponseCodec } from '@sluice/protocol/generated/messages/get-telemetry-subscriptions-response';
import { defineApi } from '../define-api.ts';

export function getTelemetrySubscriptionsApi() {
  return defineApi({
    request: getTelemetrySubscriptionsRequestCodec,
    response: getTelemetrySubscriptionsResponseCodec,
    isAdvertised: false,
    handle: () => ({
      throttleTimeMs: 0,
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      clientInstanceId: ZERO_UUID,
      subscriptionId: 0,
      acceptedCompressionTypes: [],
      pushIntervalMs: 0,
      telemetryMaxBytes: 0,
      deltaTemporality: false,
      requestedMetrics: [],
    }),
  });
}
