import type { BrokerSettings } from '@sluice/metadata/config/broker-settings';
import type { BrokerEndpoint } from '@sluice/metadata/image/cluster-image';
import { connectionLimits } from './connection/connection-limits.ts';
import { type KafkaListener, type ListenerOptions, openListener } from './listener.ts';

export interface OpenListenersOptions
  extends Pick<ListenerOptions, 'network' | 'clock' | 'logger' | 'metrics' | 'dispatch'> {
  readonly settings: BrokerSettings;
  /** Descriptors that the process may have; left out where there is no limit, or none is told. */
  readonly openFilesMax?: number | undefined;
  onDisconnect(connectionId: string): void;
}

/** All listeners that the settings name, or none. */
export async function openListeners(options: OpenListenersOptions): Promise<KafkaListener[]> {
  const { settings, network, clock, logger, metrics, openFilesMax, dispatch, onDisconnect } = options;
  const opened: KafkaListener[] = [];
  try {
    for (const { name, host, port } of settings.listeners) {
      const limits = connectionLimits(settings, openFilesMax);
      const shared = { network, dispatch, limits, clock, logger, metrics, onDisconnect };
      opened.push(await openListener({ name, host, port, ...shared }));
    }
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.close(0)));
    throw error;
  }
  return opened;
}

/** What clients are told: the advertised address, or the listener's own with the port that it got. */
export function endpointsOf(settings: BrokerSettings, listeners: readonly KafkaListener[]): BrokerEndpoint[] {
  return settings.listeners.map((configured) => {
    const advertised = settings.advertisedListeners?.find(({ name }) => name === configured.name) ?? configured;
    const port = listeners.find(({ name }) => name === configured.name)?.port ?? advertised.port;
    return { ...advertised, port: advertised.port === 0 ? port : advertised.port };
  });
}
