import type { BrokerSettings } from '@sluice/metadata/config/broker-settings';
import { type ConnectionLimits, IN_FLIGHT_SIZE_BYTES_DEFAULT } from './limits.ts';

/** Of the process's descriptors: a crowd of clients must not take those that the logs need, nor the process's own. */
const DESCRIPTORS_SHARE = 3 / 8;
const DESCRIPTORS_OF_PROCESS = 32;
const CONNECTIONS_MIN = 8;

/** The limits that the settings ask for, and the process's descriptors allow, where their number is known. */
export function connectionLimits(settings: BrokerSettings, openFilesMax?: number): ConnectionLimits {
  const affordable = openFilesMax === undefined ? Infinity : openFilesMax * DESCRIPTORS_SHARE - DESCRIPTORS_OF_PROCESS;
  return {
    frameSizeBytesMax: settings.socketRequestSizeBytesMax,
    backlogSize: settings.socketListenBacklogSize,
    connectionCountMax: Math.min(settings.connectionsMax, Math.max(CONNECTIONS_MIN, Math.floor(affordable))),
    connectionCountPerIpMax: (address) =>
      settings.connectionsPerIpOverrides.get(address) ?? settings.connectionsPerIpMax,
    idleMs: settings.connectionsIdleMsMax,
    inFlightSizeBytesMax: Math.min(settings.queuedRequestBytesMax, IN_FLIGHT_SIZE_BYTES_DEFAULT),
    unsentSizeBytesMax: settings.connectionUnsentBytesMax,
  };
}
