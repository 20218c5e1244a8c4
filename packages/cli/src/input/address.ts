export interface Address {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;

/** `host:port`, `host` or `[v6]:port`; undefined when it is none of these. A number alone was meant as a port. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || /^\d+$/.test(host)) return undefined;
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return port <= PORT_MAX ? { host, port } : undefined;
}

/** Several, with commas between them. */
export function parseAddresses(text: string, defaultPort: number): readonly Address[] | undefined {
  const addresses: Address[] = [];
  for (const part of text.split(',')) {
    const address = parseAddress(part, defaultPort);
    if (address === undefined) return undefined;
    addresses.push(address);
  }
  return addresses;
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
