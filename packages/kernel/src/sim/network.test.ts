import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CloseReason, Connection } from '../network.ts';
import { createSimClock } from './clock.ts';
import { createSimNetwork, type SimNetworkOptions } from './network.ts';

interface Seen {
  connection?: Connection;
  text: string;
  arrivals: string[];
  closed?: CloseReason;
}

async function start(options: Partial<SimNetworkOptions> = {}) {
  const clock = createSimClock();
  const network = createSimNetwork({ clock, ...options });
  const watch = (seen: Seen) => ({
    onData(chunk: Buffer) {
      seen.text += chunk.toString('latin1');
      seen.arrivals.push(`${clock.monotonicMs().toFixed(3)} ${chunk.length}`);
    },
    onDrain() {},
    onClose(reason: CloseReason) {
      seen.closed = reason;
    },
  });
  const accepted: Seen[] = [];
  const listener = await network.host('b').listen('0.0.0.0', 9092, (connection) => {
    const seen: Seen = { connection, text: '', arrivals: [] };
    accepted.push(seen);
    return watch(seen);
  });
  const dial = async (from = 'a') => {
    const seen: Seen = { text: '', arrivals: [] };
    const dialled = network.host(from).connect('b', 9092, watch(seen));
    dialled.then(
      (connection) => {
        seen.connection = connection;
      },
      () => {},
    );
    await clock.advance(50);
    return { seen, connection: await dialled };
  };
  return { clock, network, accepted, listener, dial };
}

describe('the simulated network', () => {
  it('repeats a run by its seed', async () => {
    const run = async (seed: number) => {
      const { clock, accepted, dial } = await start({ seed, lossProbability: 0.2, chunkBytesMax: 100 });
      const dialled = [await dial(), await dial()];
      for (const { connection } of dialled) connection.write([Buffer.alloc(2000, 'x')]);
      await clock.runUntilIdle();
      return accepted.map((seen) => seen.arrivals);
    };
    assert.deepEqual(await run(1), await run(1));
    assert.notDeepEqual(await run(1), await run(2));
  });

  it('cuts bytes at random places, and lets connections overtake each other but not bytes', async () => {
    const { clock, accepted, dial } = await start({ latencyMs: { min: 1, max: 50 }, lossProbability: 0.3, seed: 5 });
    const dialled = await Promise.all(Array.from({ length: 8 }, () => dial()));
    const text = Array.from({ length: 500 }, (_, index) => String(index)).join();
    dialled.forEach(({ connection }, index) => {
      connection.write([Buffer.from(`${index}:${text}`)]);
    });
    await clock.runUntilIdle();
    assert.deepEqual(
      accepted.map((seen) => seen.text).sort(),
      dialled.map((_, index) => `${index}:${text}`),
    );
    const lastTimes = accepted.map((seen) => Number(seen.arrivals.at(-1)?.split(' ')[0]));
    assert.notDeepEqual(
      lastTimes,
      lastTimes.toSorted((left, right) => left - right),
    );
    assert.ok(accepted.some((seen) => seen.arrivals.length > 1));
  });

  it('a one-way cut holds bytes of that way until healed', async () => {
    const { clock, network, accepted, dial } = await start();
    const { seen, connection } = await dial();
    network.cut('a', 'b');
    connection.write([Buffer.from('question')]);
    accepted[0]?.connection?.write([Buffer.from('news')]);
    await clock.advance(1000);
    assert.equal(seen.text, 'news');
    assert.equal(accepted[0]?.text, '');
    network.heal('a', 'b');
    await clock.advance(1000);
    assert.equal(accepted[0]?.text, 'question');
  });

  it('a cut that lasts ends the connection for the side that wrote, and connects time out', async () => {
    const { clock, network, accepted, dial } = await start({ giveUpMs: 5000, connectTimeoutMs: 700 });
    const { seen, connection } = await dial();
    network.cut('a', 'b');
    const refused = assert.rejects(network.host('a').connect('b', 9092, { onData() {}, onDrain() {}, onClose() {} }), {
      tag: 'unreachable',
    });
    connection.write([Buffer.from('x')]);
    await clock.advance(4999);
    assert.equal(seen.closed, undefined);
    await clock.advance(2);
    assert.equal(seen.closed, 'error');
    assert.equal(accepted[0]?.closed, undefined);
    await refused;
  });

  it('a healed cut does not count towards the next one', async () => {
    const { clock, network, dial } = await start({ giveUpMs: 5000 });
    const { seen, connection } = await dial();
    for (let round = 0; round < 3; round++) {
      network.cut('a', 'b');
      connection.write([Buffer.from('x')]);
      await clock.advance(3000);
      network.healAll();
      await clock.advance(10);
    }
    assert.equal(seen.closed, undefined);
  });

  it('resets connections between two hosts only', async () => {
    const { clock, network, accepted, dial } = await start();
    const first = await dial('a');
    const second = await dial('c');
    network.reset('b', 'a');
    await clock.advance(10);
    assert.deepEqual([first.seen.closed, second.seen.closed], ['reset', undefined]);
    assert.deepEqual(
      accepted.map((seen) => seen.closed),
      ['reset', undefined],
    );
    assert.equal(network.connectionCount, 1);
  });

  it('a crashed host calls nobody back; its peers see a reset, and its port can be taken again', async () => {
    const { clock, network, accepted, dial } = await start();
    const { seen } = await dial();
    network.crashHost('b');
    await clock.advance(10);
    assert.equal(seen.closed, 'reset');
    assert.equal(accepted[0]?.closed, undefined);
    await network.host('b').listen('b', 9092, () => assert.fail('nobody connects'));
    assert.equal(network.connectionCount, 0);
  });

  it('a machine that vanishes says nothing', async () => {
    const { clock, network, dial } = await start();
    const { seen } = await dial();
    network.crashHost('b', { silent: true });
    await clock.advance(10_000);
    assert.equal(seen.closed, undefined);
  });

  it('holds no more than its window for a reader that does not read', async () => {
    const { clock, accepted, dial } = await start({ windowBytes: 1000 });
    const { connection } = await dial();
    accepted[0]?.connection?.pause();
    connection.write([Buffer.alloc(5000)]);
    await clock.advance(1000);
    assert.ok(connection.unsentBytes >= 4000 && connection.unsentBytes < 5000);
    accepted[0]?.connection?.resume();
    await clock.advance(1000);
    assert.equal(accepted[0]?.text.length, 5000);
  });
});
