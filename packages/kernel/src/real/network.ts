import net from 'node:net';
import { ConnectError, type ConnectErrorTag, type Network } from '../network.ts';
import { adoptSocket } from './connection.ts';
import { listenOn } from './listen.ts';
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
  async listen(host, port, accept, options = {}) {
    try {
      const { address, close } = await listenOn(host, port, options, (socket) => {
        const connection = adoptSocket(socket);
        if (connection === undefined) return;
        connection.start(accept(connection.connection));
      });
      return {
        host: address.address,
        port: address.port,
        async close() {
          close();
        },
      };
    } catch (error) {
      throw listenError(error as NodeJS.ErrnoException);
    }
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
