import { ANY_ADDRESSES } from '@sluice/metadata/config/listeners';

/**
 * What clients are told where a broker listens on all addresses: as Kafka does, the machine's name, unless the settings
 * say another. `undefined` where the listener's own address will do.
 */
export function advertisedFor(
  { host, port }: { readonly host: string; readonly port: number },
  settings: Readonly<Record<string, string>>,
  hostName: string,
): string | undefined {
  if (!ANY_ADDRESSES.has(host) || settings['advertised.listeners'] !== undefined) return undefined;
  return `PLAINTEXT://${hostName}:${port}`;
}
