import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListenError, type ListenErrorTag, type Network } from '@sluice/kernel/network';
import { listenOnLoopback } from './listen-on-loopback.ts';

const ignore = () => ({ onData() {}, onDrain() {}, onClose() {} });

/** A network that notes who listens; `refuse` says why an address and port cannot be had. */
function notingNetwork(refuse: (host: string, port: number) => ListenErrorTag | undefined = () => undefined) {
  const open: string[] = [];
  let nextPort = 40_000;
  const network: Network = {
    async listen(host, wanted) {
      const port = wanted === 0 ? nextPort++ : wanted;
      const tag = refuse(host, port);
      if (tag !== undefined) throw new ListenError(tag, `${host} ${port}`);
      const name = `${host} ${port}`;
      open.push(name);
      return {
        host,
        port,
        async close() {
          open.splice(open.indexOf(name), 1);
        },
      };
    },
    connect: () => Promise.reject(new Error('nobody connects here')),
  };
  return { network, open };
}

test('localhost is both loopback addresses on one port, and closes as one', async () => {
  const { network, open } = notingNetwork();
  const listener = await listenOnLoopback(network, 'localhost', 9092, ignore);
  assert.deepEqual(open, ['127.0.0.1 9092', '::1 9092']);
  assert.deepEqual([listener.host, listener.port], ['127.0.0.1', 9092]);
  await listener.close();
  assert.deepEqual(open, []);
});

test('any other host is that address alone', async () => {
  const { network, open } = notingNetwork();
  await listenOnLoopback(network, '127.0.0.1', 0, ignore);
  assert.deepEqual(open, ['127.0.0.1 40000']);
});

test('a machine without one of the families serves the other', async () => {
  for (const [absent, present] of [
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ] as const) {
    const { network, open } = notingNetwork((host) => (host === absent ? 'no-such-address' : undefined));
    const listener = await listenOnLoopback(network, 'localhost', 9092, ignore);
    assert.deepEqual([listener.host, ...open], [present, `${present} 9092`]);
  }
});

test('a port that the other family has not free is given back: another is picked, or the wish refused', async () => {
  const { network, open } = notingNetwork((host, port) =>
    host === '::1' && (port === 40_000 || port === 9092) ? 'port-in-use' : undefined,
  );
  await listenOnLoopback(network, 'localhost', 0, ignore);
  assert.deepEqual(open, ['127.0.0.1 40001', '::1 40001']);
  await assert.rejects(listenOnLoopback(network, 'localhost', 9092, ignore), { tag: 'port-in-use' });
  assert.deepEqual(open, ['127.0.0.1 40001', '::1 40001']);
});
