import type { BrokerSettings } from '@sluice/metadata/config/broker-settings';
import { type ConnectionLimits, IN_FLIGHT_SIZE_BYTES_DEFAULT } from './limits.ts';

/** The limits that the settings ask for. */
export function connectionLimits(settings: BrokerSettings): ConnectionLimits {
  return {
    frameSizeBytesMax: settings.socketRequestSizeBytesMax,
    connectionCountMax: settings.connectionsMax,
    connectionCountPerIpMax: (address) =>
      settings.connectionsPerIpOverrides.get(address) ?? settings.connectionsPerIpMax,
    idleMs: settings.connectionsIdleMsMax,
    inFlightSizeBytesMax: Math.min(settings.queuedRequestBytesMax, IN_FLIGHT_SIZE_BYTES_DEFAULT),
    unsentSizeBytesMax: settings.connectionUnsentBytesMax,
  };
}
