import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, openBroker } from '@sluice/client/broker';
import type { BrokerAddress } from '@sluice/client/broker-address';
import { ClientError } from '@sluice/client/client-error';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { createSimRandom } from '@sluice/kernel/sim/random';
import {
  type BrokerProcess,
  type BrokerProcessOptions,
  startBrokerProcess,
} from '../../simulation/crash/broker-process.ts';
import type { History } from '../../simulation/crash/history.ts';
import type { Load } from '../../simulation/crash/load/load.ts';
import { createRecorder } from '../../simulation/crash/recorder.ts';
import { readEverything } from '../../simulation/disk/read-everything.ts';
import { type ClientStage, SETTINGS } from '../../simulation/disk/stage.ts';

const ANSWER_MS_MAX = 60_000;

/** `sluice start` on this machine's disk, and the same clients as on the simulated one. */
export interface RealStage extends ClientStage {
  readonly broker: BrokerProcess | undefined;
  /** False: it ended before it was ready. What it said is in the history. */
  boot(how?: Pick<BrokerProcessOptions, 'wrapper' | 'nodeOptions' | 'commandLine'>): Promise<boolean>;
  kill(): Promise<void>;
  /** A clean end. */
  stop(): Promise<void>;
  finish(): Promise<History>;
}

export function createRealStage(dataDirectory: string, seed: number, mayDiskFail = false): RealStage {
  const recorder = createRecorder();
  const random = createSimRandom(seed);
  const state = { isEnding: false, isOver: false };
  const target = { host: '127.0.0.1', port: 0 } satisfies BrokerAddress;
  let broker: BrokerProcess | undefined;

  const load = (pauseFactor = 1): Load => ({
    target,
    recorder,
    random: random.fork(),
    clock: realClock,
    network: realNetwork,
    pauseFactor,
    mayDiskFail,
    get isEnding() {
      return state.isEnding;
    },
    get isOver() {
      return state.isOver;
    },
  });

  async function talk(work: (broker: Broker) => Promise<void>): Promise<boolean> {
    let connection: Broker | undefined;
    try {
      const options = { network: realNetwork, clock: realClock, clientId: 'client', timeoutMs: ANSWER_MS_MAX };
      connection = await openBroker(target, options);
      await work(connection);
      return true;
    } catch (error) {
      if (!(error instanceof ClientError)) {
        recorder.record({ kind: 'odd', what: error instanceof Error ? error.message : String(error) });
      }
      return false;
    } finally {
      connection?.close();
    }
  }

  return {
    get broker() {
      return broker;
    },
    machine: { clock: realClock, run: (work) => work },
    recorder,
    topics: new Map(),
    state,
    load,
    talk,
    async boot(how = {}) {
      try {
        broker = await startBrokerProcess({ dataDirectory, port: target.port, settings: SETTINGS, ...how });
      } catch (error) {
        recorder.record({ kind: 'odd', what: `a start failed: ${error instanceof Error ? error.message : error}` });
        return false;
      }
      target.port = broker.address.port;
      const { readyMs, readyCpuMs } = broker;
      recorder.record({ kind: 'started', readyMs, readyCpuMs, uncheckedSizeBytes: 0, sizeBytes: 0 });
      return true;
    },
    async kill() {
      await broker?.kill();
      broker = undefined;
    },
    async stop() {
      await broker?.stop();
      broker = undefined;
    },
    async finish() {
      let history = recorder.finish(new Map());
      const isDone = await talk(async (connection) => {
        history = await readEverything(connection, load());
      });
      if (!isDone) recorder.record({ kind: 'odd', what: 'the broker went away while everything was read back' });
      return history;
    },
  };
}

/** Settles when the condition holds; false if it never did. */
export async function until(holds: () => boolean, msMax: number): Promise<boolean> {
  const endMs = performance.now() + msMax;
  while (!holds()) {
    if (performance.now() > endMs) return false;
    await sleep(50);
  }
  return true;
}
