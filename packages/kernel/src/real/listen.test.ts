import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { ListenError } from '../network.ts';
import { realNetwork } from './network.ts';

const LOOPBACK = '127.0.0.1';
const nobody = () => ({ onData() {}, onDrain() {}, onClose() {} });
const isTaken = (error: unknown) => error instanceof ListenError && error.tag === 'port-in-use';

test('a port that is listened on is taken, for whoever else would share it too, and free afterwards', async () => {
  const first = await realNetwork.listen(LOOPBACK, 0, nobody);
  const { port } = first;
  await assert.rejects(listenElsewhere(port), /EADDRINUSE|port-in-use/);
  const plain = net.createServer();
  plain.listen(port, LOOPBACK);
  const [error] = (await once(plain, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'EADDRINUSE');
  await first.close();
  await listenElsewhere(port);
  await (await realNetwork.listen(LOOPBACK, port, nobody)).close();
});

test('two listeners of one process that want the same port at the same time: one gets it', async () => {
  const free = await realNetwork.listen(LOOPBACK, 0, nobody);
  await free.close();
  const results = await Promise.allSettled([1, 2].map(() => realNetwork.listen(LOOPBACK, free.port, nobody)));
  const taken = results.filter((result) => result.status === 'rejected');
  assert.deepEqual(
    taken.map(({ reason }) => isTaken(reason)),
    [true],
  );
  for (const result of results) if (result.status === 'fulfilled') await result.value.close();
});

test('a port that another program listens on is taken', async () => {
  const plain = net.createServer().listen(0, LOOPBACK);
  await once(plain, 'listening');
  const { port } = plain.address() as net.AddressInfo;
  await assert.rejects(realNetwork.listen(LOOPBACK, port, nobody), isTaken);
  plain.close();
  await once(plain, 'close');
  await (await realNetwork.listen(LOOPBACK, port, nobody)).close();
});

test('of connections that wait many are accepted in a turn', { skip: process.platform !== 'linux' }, async () => {
  const connectionCount = 200;
  let acceptedCount = 0;
  const listener = await realNetwork.listen(LOOPBACK, 0, () => {
    acceptedCount++;
    return nobody();
  });
  // Until it returns, no turn passes here.
  const dialler = dialFrom(listener.port, connectionCount);
  let turns = 0;
  while (acceptedCount < connectionCount) {
    turns++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert(turns < connectionCount / 2, `${turns} turns`);
  process.kill(dialler);
  await listener.close();
});

test('every socket of a port has the backlog that is asked for', async (t) => {
  const listen = t.mock.method(net.Server.prototype, 'listen');
  const listener = await realNetwork.listen(LOOPBACK, 0, nobody, { backlogSize: 7 });
  await listener.close();
  const backlogs = listen.mock.calls.flatMap(({ arguments: [where] }) =>
    typeof where === 'object' && where !== null && 'port' in where ? where.backlog : [],
  );
  assert.equal(backlogs.length, process.platform === 'linux' ? 16 : 1);
  assert.deepEqual([...new Set(backlogs)], [7]);
});

/** Another process that listens there, for a moment. */
async function listenElsewhere(port: number): Promise<void> {
  const program = `
    const { realNetwork } = await import(${JSON.stringify(new URL('./network.ts', import.meta.url).href)});
    const listener = await realNetwork.listen('${LOOPBACK}', ${port}, () => ({ onData() {}, onDrain() {}, onClose() {} }));
    await listener.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(complaint);
}

/** Starts a process that opens connections and keeps them; returns its id once all of them wait. */
function dialFrom(port: number, count: number): number {
  const dial = `
    let open = 0;
    for (let i = 0; i < ${count}; i++) {
      require('node:net').connect(${port}, '${LOOPBACK}', () => { if (++open === ${count}) console.log('open'); });
    }`;
  const starter = `
    const options = { detached: true, stdio: ['ignore', 'pipe', 'ignore'] };
    const dialler = require('node:child_process').spawn(process.execPath, ['--eval', ${JSON.stringify(dial)}], options);
    dialler.stdout.once('data', () => { console.log(dialler.pid); process.exit(); });`;
  return Number(execFileSync(process.execPath, ['--eval', starter]));
}
