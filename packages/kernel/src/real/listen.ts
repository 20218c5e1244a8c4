import net from 'node:net';
import type { ListenOptions } from '../network.ts';
import { claimPort } from './claim-port.ts';
import { SOCKET_HIGH_WATER_MARK } from './read-into.ts';

/**
 * libuv accepts one connection of a listening socket in each turn of the event loop, and a turn of a broker that has much
 * to do takes milliseconds: a thousand clients that come back at once waited for minutes, or gave up. So the port has as
 * many sockets, where the system lets them share it.
 */
const SOCKETS_PER_PORT = 16;

export interface ListeningSockets {
  readonly address: net.AddressInfo;
  close(): void;
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly backlog: number | undefined;
  readonly reusePort: boolean;
}

/** Listens on `host`; fails with the system's error. Sockets come paused: nothing is read before it is known where to. */
export async function listenOn(
  host: string,
  port: number,
  { backlogSize: backlog }: ListenOptions,
  onSocket: (socket: net.Socket) => void,
): Promise<ListeningSockets> {
  const isShareable = process.platform === 'linux';
  let release = isShareable && port !== 0 ? await claimPort(port) : undefined;
  const isShared = isShareable && (port === 0 || release !== undefined);
  const servers: net.Server[] = [];
  const close = () => {
    // Its callback would wait for the live connections; the port itself is free at once.
    for (const server of servers) server.close();
    release?.();
  };
  try {
    servers.push(await inTurn(() => listenFirst({ host, port, backlog, reusePort: isShared }, onSocket)));
  } catch (error) {
    close();
    throw error;
  }
  const address = servers[0]?.address();
  if (address === null || typeof address !== 'object') throw new Error('a TCP server has a host and a port');
  // A free one was picked, which is nobody's yet.
  if (isShared) release ??= await claimPort(address.port);
  while (isShared && release !== undefined && servers.length < SOCKETS_PER_PORT) {
    const where = { host: address.address, port: address.port, backlog, reusePort: true };
    const more = await listenOnce(where, onSocket).catch(() => undefined);
    // One will do.
    if (more === undefined) break;
    servers.push(more);
  }
  return { address, close };
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** Of those in this process who ask whether a port is free, the next one finds what the one before has made of it. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => {});
  return turn;
}

/** Fails if the address is taken, also by another listener of this process: sockets that share a port let each other be. */
async function listenFirst(where: Where, onSocket: (socket: net.Socket) => void): Promise<net.Server> {
  if (where.reusePort && where.port !== 0) {
    const probe = await listenOnce({ ...where, reusePort: false }, (socket) => socket.destroy());
    await new Promise((resolve) => probe.close(resolve));
  }
  return await listenOnce(where, onSocket);
}

function listenOnce(where: Where, onSocket: (socket: net.Socket) => void): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const options = { noDelay: true, keepAlive: true, highWaterMark: SOCKET_HIGH_WATER_MARK, pauseOnConnect: true };
    const server = net.createServer(options, onSocket);
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      // An accept may fail (EMFILE, say) while the server goes on; the one who connects will try again.
      server.on('error', () => {});
      resolve(server);
    });
  });
}
