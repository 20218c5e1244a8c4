import type { Broker } from '@sluice/client/broker';
import { openBroker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import type { Clock } from '@sluice/kernel/clock';
import type { History } from '../crash/history.ts';
import type { Load, LoadTopic } from '../crash/load/load.ts';
import { createRecorder, type Recorder } from '../crash/recorder.ts';
import { createSimMachine, type SimMachine, type SimMachineOptions } from '../machine/sim-machine.ts';
import { readEverything } from './read-everything.ts';

/** Above any run's length, so that retention never acts. */
export const SETTING = '999999999';
export const SETTINGS = {
  'log.segment.bytes': '1048576',
  'log.index.interval.bytes': '512',
  'log.cleaner.backoff.ms': '1000',
  'offsets.topic.num.partitions': '1',
  'offsets.topic.segment.bytes': '1048576',
};
/** Segments of a second: rolls, snapshots and checkpoints are hit, and there is something to compact. */
export const SHORT_SEGMENTS = { 'segment.ms': '1000', 'file.delete.delay.ms': '1000' };
export const COMPACTED = {
  ...SHORT_SEGMENTS,
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
};

const ANSWER_MS_MAX = 90_000;

/** What clients need of a stage, simulated or real. */
export interface ClientStage {
  readonly machine: { readonly clock: Clock; run<T>(work: Promise<T>): Promise<T> };
  readonly recorder: Recorder;
  /** Made and answered, by name. */
  readonly topics: Map<string, LoadTopic>;
  readonly state: { isEnding: boolean; isOver: boolean };
  load(pauseFactor?: number): Load;
  /** Work over a connection of its own. False: the broker went away meanwhile, or answered what it should not. */
  talk(work: (broker: Broker) => Promise<void>): Promise<boolean>;
}

/** A machine, and the clients whose history is kept. */
export interface Stage extends ClientStage {
  readonly machine: SimMachine;
  /** Starts the broker, and takes down what that took. False: it ended again, or could not start. */
  boot(): Promise<boolean>;
  /** Reads everything back. The broker runs. */
  finish(): Promise<History>;
}

export interface StageOptions extends SimMachineOptions {
  readonly mayDiskFail?: boolean;
}

export function createStage(options: StageOptions): Stage {
  const machine = createSimMachine({ ...options, settings: { ...SETTINGS, ...options.settings } });
  const recorder = createRecorder();
  const state = { isEnding: false, isOver: false };
  const { clock, network, target } = machine;

  function load(pauseFactor = 1): Load {
    return {
      pauseFactor,
      target,
      recorder,
      random: machine.random.fork(),
      clock,
      network,
      mayDiskFail: options.mayDiskFail ?? false,
      get isEnding() {
        return state.isEnding;
      },
      get isOver() {
        return state.isOver;
      },
    };
  }

  async function talk(work: (broker: Broker) => Promise<void>): Promise<boolean> {
    let broker: Broker | undefined;
    try {
      broker = await openBroker(target, { network, clock, clientId: 'client', timeoutMs: ANSWER_MS_MAX });
      await work(broker);
      return true;
    } catch (error) {
      if (!(error instanceof ClientError) || error.tag === 'not-kafka' || error.tag === 'unsupported') {
        recorder.record({ kind: 'odd', what: error instanceof Error ? error.message : String(error) });
      }
      return false;
    } finally {
      broker?.close();
    }
  }

  return {
    machine,
    recorder,
    topics: new Map(),
    state,
    load,
    talk,
    async boot() {
      const before = process.cpuUsage();
      const startedMs = clock.monotonicMs();
      try {
        await machine.start();
      } catch (error) {
        recorder.record({ kind: 'odd', what: `a start failed: ${error instanceof Error ? error.message : error}` });
        machine.kill();
        return false;
      }
      if (machine.isDown) return false;
      const { user, system } = process.cpuUsage(before);
      const readyMs = (user + system) / 1000 + clock.monotonicMs() - startedMs;
      recorder.record({ kind: 'started', readyMs, readyCpuMs: readyMs, uncheckedSizeBytes: 0, sizeBytes: 0 });
      return true;
    },
    async finish() {
      let history = recorder.finish(new Map());
      const mine = load();
      const isDone = await machine.run(
        talk(async (broker) => {
          history = await readEverything(broker, mine);
        }),
      );
      if (!isDone) recorder.record({ kind: 'odd', what: 'the broker went away while everything was read back' });
      return history;
    },
  };
}
