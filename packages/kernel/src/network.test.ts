import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CloseReason,
  ConnectError,
  type Connection,
  ListenError,
  type Listener,
  type Network,
} from './network.ts';
import { realNetwork } from './real/network.ts';
import { createSimClock } from './sim/clock.ts';
import { createSimNetwork } from './sim/network.ts';
import { createSimRandom } from './sim/random.ts';

const simClock = createSimClock();

const worlds: readonly { name: string; network: Network; until(done: () => boolean): Promise<void> }[] = [
  {
    name: 'real',
    network: realNetwork,
    async until(done) {
      while (!done()) await nextTurn();
    },
  },
  {
    name: 'simulated',
    network: createSimNetwork({ clock: simClock, seed: 3 }).host('here'),
    until: (done) => simClock.runUntil(done),
  },
];

/** One end of a connection with what happened to it. */
interface End {
  connection: Connection;
  received: Buffer[];
  receivedBytes: number;
  drainCount: number;
  closed: CloseReason | undefined;
  onData: ((chunk: Buffer) => void) | undefined;
}

function watch(end: End) {
  return {
    onData(chunk: Buffer) {
      assert.equal(end.closed, undefined);
      end.received.push(chunk);
      end.receivedBytes += chunk.length;
      end.onData?.(chunk);
    },
    onDrain() {
      assert.equal(end.closed, undefined);
      end.drainCount++;
    },
    onClose(reason: CloseReason) {
      assert.equal(end.closed, undefined);
      end.closed = reason;
    },
  };
}

const newEnd = (connection: Connection): End => ({
  connection,
  received: [],
  receivedBytes: 0,
  drainCount: 0,
  closed: undefined,
  onData: undefined,
});

for (const { name, network, until } of worlds) {
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    await until(() => done);
    return promise;
  };

  /** A connection between a dialler and an acceptor, torn down after the test. */
  const pair = async (use: (dialler: End, acceptor: End, listener: Listener) => Promise<void>) => {
    const accepted: End[] = [];
    const listener = await settled(
      network.listen('127.0.0.1', 0, (connection) => {
        const end = newEnd(connection);
        accepted.push(end);
        return watch(end);
      }),
    );
    const early: Partial<End> = {};
    const dialler: End = Object.assign(early, newEnd(undefined as unknown as Connection));
    dialler.connection = await settled(network.connect('127.0.0.1', listener.port, watch(dialler)));
    await until(() => accepted.length === 1);
    const [acceptor] = accepted;
    assert.ok(acceptor);
    try {
      await use(dialler, acceptor, listener);
    } finally {
      dialler.connection.destroy();
      acceptor.connection.destroy();
      await settled(listener.close());
      await until(() => dialler.closed !== undefined && acceptor.closed !== undefined);
    }
  };

  describe(`${name} network`, () => {
    it('carries bytes both ways, in order and whole', () =>
      pair(async (dialler, acceptor) => {
        const random = createSimRandom(1);
        const parts = Array.from({ length: 300 }, () => random.bytes(random.below(9000)));
        acceptor.onData = (chunk) => acceptor.connection.write([Buffer.from(chunk)]);
        for (let index = 0; index < parts.length; index += 3) dialler.connection.write(parts.slice(index, index + 3));
        const whole = Buffer.concat(parts);
        await until(() => dialler.receivedBytes === whole.length);
        assert.ok(Buffer.concat(dialler.received).equals(whole));
      }));

    it('fills the buffers of an acceptor that has a receiver, also after a pause', async () => {
      const random = createSimRandom(2);
      const whole = random.bytes(400_000);
      const got: Buffer[] = [];
      let gotBytes = 0;
      let room = Buffer.alloc(0);
      let accepted: Connection | undefined;
      let isClosed = false;
      const listener = await settled(
        network.listen('127.0.0.1', 0, (connection) => {
          accepted = connection;
          return {
            receiver: {
              buffer: () => {
                room = Buffer.alloc(1 + random.below(70_000));
                return room;
              },
              received(count) {
                got.push(room.subarray(0, count));
                gotBytes += count;
                if (gotBytes > 100_000 && gotBytes - count <= 100_000) connection.pause();
              },
            },
            onData: () => assert.fail('the receiver gets the bytes'),
            onDrain() {},
            onClose: () => {
              isClosed = true;
            },
          };
        }),
      );
      const handler = { onData() {}, onDrain() {}, onClose() {} };
      const dialler = await settled(network.connect('127.0.0.1', listener.port, handler));
      dialler.write([whole]);
      await until(() => gotBytes > 100_000);
      accepted?.resume();
      await until(() => gotBytes === whole.length);
      assert.ok(Buffer.concat(got).equals(whole));
      dialler.destroy();
      await settled(listener.close());
      await until(() => isClosed);
    });

    it('writes more buffers than one writev of the system takes, and empty ones', () =>
      pair(async (dialler, acceptor) => {
        dialler.connection.write([]);
        dialler.connection.write([Buffer.alloc(0)]);
        dialler.connection.write(Array.from({ length: 2500 }, (_, index) => Buffer.from([index & 0xff])));
        dialler.connection.write([new Uint8Array([1, 2, 3])]);
        await until(() => acceptor.receivedBytes === 2503);
      }));

    it('knows both addresses', () =>
      pair(async (dialler, acceptor, listener) => {
        assert.equal(dialler.connection.remotePort, listener.port);
        assert.equal(dialler.connection.localPort, acceptor.connection.remotePort);
        assert.equal(dialler.connection.localAddress, acceptor.connection.remoteAddress);
        assert.equal(acceptor.connection.localPort, listener.port);
      }));

    it('never calls back inside a call', () =>
      pair(async (dialler, acceptor) => {
        let inside = false;
        acceptor.onData = () => assert.equal(inside, false);
        inside = true;
        dialler.connection.write([Buffer.from('x')]);
        acceptor.connection.pause();
        acceptor.connection.resume();
        inside = false;
        await until(() => acceptor.receivedBytes === 1);
        dialler.connection.destroy();
        assert.equal(dialler.closed, undefined);
      }));

    it('a reader that pauses leaves bytes with the writer, and a drain comes after it reads on', () =>
      pair(async (dialler, acceptor) => {
        acceptor.connection.pause();
        const sizeBytes = 1 << 20;
        let writtenBytes = 0;
        while (dialler.connection.unsentBytes === 0) {
          dialler.connection.write([Buffer.alloc(sizeBytes)]);
          writtenBytes += sizeBytes;
          assert.ok(writtenBytes < 1 << 28);
        }
        const beforePause = acceptor.receivedBytes;
        assert.equal(dialler.drainCount, 0);
        acceptor.connection.resume();
        await until(() => acceptor.receivedBytes === writtenBytes && dialler.drainCount === 1);
        assert.equal(beforePause, 0);
        assert.equal(dialler.connection.unsentBytes, 0);
      }));

    it('end lets everything written arrive before it closes both sides', () =>
      pair(async (dialler, acceptor) => {
        const sizeBytes = 8 << 20;
        dialler.connection.write([Buffer.alloc(sizeBytes)]);
        dialler.connection.end();
        dialler.connection.write([Buffer.from('too late')]);
        await until(() => dialler.closed !== undefined && acceptor.closed !== undefined);
        assert.equal(acceptor.receivedBytes, sizeBytes);
        assert.equal(acceptor.closed, 'peer');
        assert.equal(dialler.closed, 'local');
      }));

    it('still delivers what the peer sent before it saw our end', () =>
      pair(async (dialler, acceptor) => {
        dialler.connection.end();
        acceptor.connection.write([Buffer.from('answer')]);
        await until(() => dialler.closed !== undefined);
        assert.equal(Buffer.concat(dialler.received).toString(), 'answer');
      }));

    it('destroy closes at once, and the peer sees its end', () =>
      pair(async (dialler, acceptor) => {
        dialler.connection.destroy();
        dialler.connection.destroy();
        dialler.connection.write([Buffer.from('x')]);
        await until(() => dialler.closed !== undefined && acceptor.closed !== undefined);
        assert.equal(dialler.closed, 'local');
        assert.equal(acceptor.closed, 'peer');
      }));

    it('a write to a peer that is gone ends in a reset', () =>
      pair(async (dialler, acceptor) => {
        // Bytes that nobody read make the system answer with a reset.
        acceptor.connection.pause();
        while (dialler.connection.unsentBytes === 0) dialler.connection.write([Buffer.alloc(1 << 20)]);
        acceptor.connection.destroy();
        await until(() => dialler.closed !== undefined);
        assert.equal(dialler.closed, 'reset');
      }));

    it('refuses a port in use and an address that is not its own', () =>
      pair(async (_dialler, _acceptor, listener) => {
        const accept = () => assert.fail('nobody connects');
        await assert.rejects(settled(network.listen('127.0.0.1', listener.port, accept)), (error) => {
          assert.ok(error instanceof ListenError);
          assert.equal(error.tag, 'port-in-use');
          return true;
        });
        await assert.rejects(settled(network.listen('192.0.2.1', 0, accept)), (error) => {
          assert.ok(error instanceof ListenError);
          assert.equal(error.tag, 'no-such-address');
          return true;
        });
      }));

    it('a closed listener refuses, while its connections live', () =>
      pair(async (dialler, acceptor, listener) => {
        await settled(listener.close());
        const handler = { onData() {}, onDrain() {}, onClose: () => assert.fail('never connected') };
        await assert.rejects(settled(network.connect('127.0.0.1', listener.port, handler)), (error) => {
          assert.ok(error instanceof ConnectError);
          assert.equal(error.tag, 'refused');
          return true;
        });
        dialler.connection.write([Buffer.from('still here')]);
        await until(() => acceptor.receivedBytes === 10);
      }));
  });
}
