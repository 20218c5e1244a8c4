import {
  type Connection,
  type ConnectionHandler,
  ListenError,
  type Listener,
  type ListenOptions,
  type Network,
} from '@sluice/kernel/network';

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'] as const;
/** How often another free port is picked when one family has it and the other does not. */
const FREE_PORT_ATTEMPTS_MAX = 20;

/**
 * Listens on `host`. `localhost` is both loopback addresses, each if the machine has it: resolvers put either first, and a
 * client that finds nobody there says so (librdkafka) or gives up. The first that it has is the one to advertise.
 */
export async function listenOnLoopback(
  network: Network,
  host: string,
  port: number,
  accept: (connection: Connection) => ConnectionHandler,
  options?: ListenOptions,
): Promise<Listener> {
  if (host !== 'localhost') return network.listen(host, port, accept, options);
  for (let attempt = 1; ; attempt += 1) {
    const listeners: Listener[] = [];
    try {
      for (const address of LOOPBACK_ADDRESSES) {
        const listener = await ifPresent(network.listen(address, listeners[0]?.port ?? port, accept, options));
        if (listener !== undefined) listeners.push(listener);
      }
      const [first] = listeners;
      if (first === undefined) return await network.listen(host, port, accept, options);
      return { host: first.host, port: first.port, close: () => closeAll(listeners) };
    } catch (error) {
      await closeAll(listeners);
      const isTaken = error instanceof ListenError && error.tag === 'port-in-use';
      if (port !== 0 || !isTaken || attempt === FREE_PORT_ATTEMPTS_MAX) throw error;
    }
  }
}

/** Nothing where the machine does not have the address: IPv6 is switched off on some. */
async function ifPresent(listening: Promise<Listener>): Promise<Listener | undefined> {
  try {
    return await listening;
  } catch (error) {
    if (error instanceof ListenError && error.tag === 'no-such-address') return undefined;
    throw error;
  }
}

async function closeAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close()));
}
