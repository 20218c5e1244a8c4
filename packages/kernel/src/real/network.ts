import net from 'node:net';
import { ConnectError, type ConnectErrorTag, type Network } from '../network.ts';
import { adoptSocket } from './connection.ts';
import { listenError } from './listen-error.ts';
import { SOCKET_HIGH_WATER_MARK } from './read-into.ts';

const CONNECT_TAG_BY_CODE: Readonly<Record<string, ConnectErrorTag>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  ETIMEDOUT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'no-such-address',
  ENOTFOUND: 'no-such-address',
  EAI_AGAIN: 'no-such-address',
};

/** TCP by `node:net`. */
export const realNetwork: Network = {
  listen(host, port, accept) {
    return new Promise((resolve, reject) => {
      // Paused, so that nothing is read before it is known where to.
      const options = { noDelay: true, keepAlive: true, highWaterMark: SOCKET_HIGH_WATER_MARK, pauseOnConnect: true };
      const server = net.createServer(options, (socket) => {
        const connection = adoptSocket(socket);
        if (connection === undefined) return;
        connection.start(accept(connection.connection));
      });
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(listenError(error));
      });
      server.listen({ host, port }, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') throw new Error('a TCP server has a host and a port');
        server.removeAllListeners('error');
        // An accept may fail (EMFILE, say) while the server goes on; the one who connects will try again.
        server.on('error', () => {});
        resolve({
          host: address.address,
          port: address.port,
          async close() {
            // Its callback would wait for the live connections; the port itself is free at once.
            server.close();
          },
        });
      });
    });
  },

  connect(host, port, handler) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        highWaterMark: SOCKET_HIGH_WATER_MARK,
      } as net.NetConnectOpts);
      const fail = (error: NodeJS.ErrnoException) => {
        reject(new ConnectError(CONNECT_TAG_BY_CODE[error.code ?? ''] ?? 'other', error.message, { cause: error }));
      };
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.off('error', fail);
        const adopted = adoptSocket(socket);
        if (adopted === undefined) return fail(new Error('the peer closed at once'));
        adopted.start(handler);
        resolve(adopted.connection);
      });
    });
  },
};
