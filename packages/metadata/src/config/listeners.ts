import type { BrokerEndpoint, SecurityProtocol } from '../image/cluster-image.ts';

export type ListenersResult =
  | { readonly ok: true; readonly endpoints: readonly BrokerEndpoint[] }
  | { readonly ok: false; readonly problem: string };

/** One can listen there, but not connect. */
export const ANY_ADDRESSES: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

/**
 * Reads `listeners` or `advertised.listeners`: NAME://host:port each. The security protocol of a name comes from
 * `listener.security.protocol.map`; an empty host is all addresses.
 */
export function parseListeners(
  setting: 'listeners' | 'advertised.listeners',
  items: readonly string[],
  protocolMap: string,
): ListenersResult {
  const protocols = parseProtocolMap(protocolMap);
  const endpoints: BrokerEndpoint[] = [];
  for (const item of items) {
    const match = /^([A-Za-z0-9_.-]+):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):([0-9]{1,5})$/.exec(item);
    const [, rawName = '', address, host = '', portText = ''] = match ?? [];
    const port = Number(portText);
    if (match === null || port > 65_535) {
      return { ok: false, problem: `${setting}: '${item}' is not of the form NAME://host:port.` };
    }
    const name = rawName.toUpperCase();
    const securityProtocol = protocols.get(name);
    if (securityProtocol === undefined) {
      return {
        ok: false,
        problem: `${setting}: listener.security.protocol.map says no security protocol for ${name}.`,
      };
    }
    if (setting === 'advertised.listeners' && ANY_ADDRESSES.has(address ?? host)) {
      return { ok: false, problem: `${setting}: no client can connect to '${item}'; name an address that they reach.` };
    }
    if (endpoints.some((other) => other.name === name)) {
      return { ok: false, problem: `${setting}: ${name} appears more than once.` };
    }
    endpoints.push({ name, host: address ?? host, port, securityProtocol });
  }
  if (endpoints.length === 0) return { ok: false, problem: `${setting}: there is none.` };
  return { ok: true, endpoints };
}

function parseProtocolMap(text: string): ReadonlyMap<string, SecurityProtocol> {
  const protocols = new Map<string, SecurityProtocol>();
  for (const pair of text.split(',')) {
    const [name = '', protocol = ''] = pair.split(':').map((part) => part.trim().toUpperCase());
    if (isSecurityProtocol(protocol)) protocols.set(name, protocol);
  }
  return protocols;
}

function isSecurityProtocol(text: string): text is SecurityProtocol {
  return text === 'PLAINTEXT' || text === 'SSL' || text === 'SASL_PLAINTEXT' || text === 'SASL_SSL';
}
