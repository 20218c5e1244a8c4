import { assert } from '../assert.ts';
import { ConnectError, type ConnectionHandler, ListenError, type Listener, type Network } from '../network.ts';
import type { SimClock } from './clock.ts';
import { createSimRandom } from './random.ts';
import { createSimLink, type SimEndpoint } from './stream.ts';

export interface SimNetworkOptions {
  readonly clock: Pick<SimClock, 'setTimer' | 'monotonicMs'>;
  readonly seed?: number;
  /** One way; each chunk draws its own, so connections overtake each other. Bytes of one connection never do. */
  readonly latencyMs?: { readonly min: number; readonly max: number };
  /** Chance that a chunk is lost and comes `retransmitMs` later, as TCP makes of a lost packet. */
  readonly lossProbability?: number;
  readonly retransmitMs?: number;
  /** What the operating systems of both ends hold per direction; the rest stays unsent with the writer. */
  readonly windowBytes?: number;
  /** Largest piece in which bytes arrive; each piece is cut at random below it. */
  readonly chunkBytesMax?: number;
  /** How long a connect waits for a host that does not answer. */
  readonly connectTimeoutMs?: number;
  /** How long bytes wait behind a cut before the writer's system gives the connection up. */
  readonly giveUpMs?: number;
}

/** Byte streams between named hosts on virtual time. The same seed and the same calls give the same run. */
export interface SimNetwork {
  /** The network as one host sees it: it listens at its own name (or 127.0.0.1, 0.0.0.0, ::) and dials from it. */
  host(name: string): Network;
  /** Nothing gets from one to the other any more, until healed: bytes wait, connects time out. One way only. */
  cut(from: string, to: string): void;
  heal(from: string, to: string): void;
  healAll(): void;
  /** Resets every connection between two hosts. */
  reset(one: string, other: string): void;
  /** The host's process dies: its callbacks end, its ports close, its peers see a reset (or, silently, nothing). */
  crashHost(name: string, options?: { silent?: boolean }): void;
  /** Connections that are open at one end at least. */
  readonly connectionCount: number;
}

interface Link {
  readonly hosts: readonly [string, string];
  readonly ends: readonly [SimEndpoint, SimEndpoint];
}

interface Port {
  readonly host: string;
  readonly accept: Parameters<Network['listen']>[2];
}

const PORT_FIRST = 20_000;
const PORT_MAX = 65_535;
const LOOPBACK_NAMES = new Set(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', '']);

export function createSimNetwork(options: SimNetworkOptions): SimNetwork {
  const { clock } = options;
  const random = createSimRandom(options.seed ?? 0);
  const latency = options.latencyMs ?? { min: 0.1, max: 1 };
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const ports = new Map<string, Port>();
  const links = new Set<Link>();
  const cuts = new Set<string>();
  let nextPort = PORT_FIRST;

  const wayOf = (from: string, to: string) => `${from} → ${to}`;
  const delayMs = () => latency.min + random.fraction() * (latency.max - latency.min);

  const takePort = (): number => {
    if (nextPort > PORT_MAX) nextPort = PORT_FIRST;
    return nextPort++;
  };

  const dial = (from: string, to: string, port: number, open: Port, handler: ConnectionHandler) => {
    const link: Link = {
      hosts: [from, to],
      ends: createSimLink({
        clock,
        random: random.fork(),
        delayMs,
        lossProbability: options.lossProbability ?? 0,
        retransmitMs: options.retransmitMs ?? 200,
        windowBytes: options.windowBytes ?? 256 * 1024,
        chunkBytesMax: options.chunkBytesMax ?? 64 * 1024,
        giveUpMs: options.giveUpMs ?? 120_000,
        isCut: (end) => cuts.has(end === 0 ? wayOf(from, to) : wayOf(to, from)),
        addresses: [
          { host: from, port: takePort() },
          { host: to, port },
        ],
        onGone: () => links.delete(link),
      }),
    };
    links.add(link);
    const [dialler, acceptor] = link.ends;
    acceptor.start(open.accept(acceptor.connection));
    dialler.start(handler);
    return dialler.connection;
  };

  const host = (name: string): Network => ({
    async listen(address, requestedPort, accept) {
      if (!LOOPBACK_NAMES.has(address) && address !== name) {
        throw new ListenError('no-such-address', `${name} has no address ${address}`);
      }
      let port = requestedPort;
      while (port === 0 || (requestedPort === 0 && ports.has(`${name}:${port}`))) port = takePort();
      const key = `${name}:${port}`;
      if (ports.has(key)) throw new ListenError('port-in-use', `${key} is in use`);
      const open: Port = { host: name, accept };
      ports.set(key, open);
      const listener: Listener = {
        host: address,
        port,
        async close() {
          if (ports.get(key) === open) ports.delete(key);
        },
      };
      return listener;
    },
    connect(address, port, handler) {
      const target = LOOPBACK_NAMES.has(address) ? name : address;
      return new Promise((resolve, reject) => {
        if (cuts.has(wayOf(name, target)) || cuts.has(wayOf(target, name))) {
          const fail = () => reject(new ConnectError('unreachable', `${target}:${port} does not answer`));
          clock.setTimer(connectTimeoutMs, fail);
          return;
        }
        clock.setTimer(delayMs(), () => {
          const open = ports.get(`${target}:${port}`);
          if (open === undefined) reject(new ConnectError('refused', `${target}:${port} refuses the connection`));
          else resolve(dial(name, target, port, open, handler));
        });
      });
    },
  });

  const healed = () => {
    for (const link of links) for (const end of link.ends) end.wake();
  };

  return {
    host,
    cut(from, to) {
      assert(from !== to, 'a host reaches itself');
      cuts.add(wayOf(from, to));
    },
    heal(from, to) {
      cuts.delete(wayOf(from, to));
      healed();
    },
    healAll() {
      cuts.clear();
      healed();
    },
    reset(one, other) {
      for (const { hosts, ends } of [...links]) {
        if (hosts.includes(one) && hosts.includes(other)) for (const end of ends) end.fail('reset');
      }
    },
    crashHost(name, { silent = false } = {}) {
      for (const [key, port] of ports) if (port.host === name) ports.delete(key);
      for (const { hosts, ends } of [...links]) {
        if (hosts[0] === name) ends[0].die(silent);
        if (hosts[1] === name) ends[1].die(silent);
      }
    },
    get connectionCount() {
      return links.size;
    },
  };
}
