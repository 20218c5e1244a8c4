import type { BrokerAddress } from '@sluice/client/broker-address';
import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import type { Network } from '@sluice/kernel/network';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk, type SimDiskOptions } from '@sluice/kernel/sim/disk';
import { createSimNetwork } from '@sluice/kernel/sim/network';
import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import type { JournalSettings } from '@sluice/log/journal/settings';
import { METADATA_FILE } from 'sluice/data-directory';
import { type RunningBroker, startBroker } from 'sluice/start-broker';
import { createJournal, type Journal } from './journal.ts';
import { createLastingStore, type LastingStore } from './lasting-store.ts';
import { createMortalClock, type MortalClock } from './mortal-clock.ts';
import { withThreads } from './thread-pool.ts';

/** Small, so that its files are used again. */
const JOURNAL: JournalSettings = {
  fileCount: 3,
  fileSizeBytes: 16 * 1024,
  logCountMin: 2,
  logSizeBytesMax: 4 * 1024,
  dirtyLogCountMax: 4,
};

export const DATA_DIRECTORY = '/data';
const HOST = 'broker';
const PORT = 9092;
/** Of virtual time; what takes longer hangs. */
const RUN_MS_MAX = 30 * 60_000;

export interface SimMachineOptions {
  readonly seed: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** A broken build: see `openPartitionLog`. */
  readonly acknowledgesBeforeSync?: boolean;
  readonly disk?: Omit<SimDiskOptions, 'clock'>;
  /** The broker's file operations are carried out by so many threads. Left out: each by one of its own. */
  readonly threadCount?: number;
  /** A broken build: all threads may be taken by syncs. */
  readonly hasNoSyncLimit?: boolean;
  /** A broken build. */
  readonly transactionCanary?: TransactionCanary;
  /** A broken build. */
  readonly shareCanary?: SharePartitionCanary;
  /** Logs share their syncs, as on a real disk. */
  readonly hasJournal?: boolean;
}

/** One machine in this process, on virtual time: `sluice start` with a disk that can be broken, and clients beside it. */
export interface SimMachine {
  readonly clock: SimClock;
  readonly random: SimRandom;
  /** As its clients see it. */
  readonly network: Network;
  readonly target: BrokerAddress;
  readonly journal: Journal;
  readonly store: LastingStore;
  /** A new one after each crash. */
  disk: SimDisk;
  /** Why the broker gave up by itself, if it did. */
  readonly fatal: string | undefined;
  /** The process ended before it was stopped. */
  readonly isDown: boolean;
  /** Starts the broker; fails as `sluice start` does. It may be down again when this settles, see `crashAt`. */
  start(): Promise<void>;
  /** A clean end. */
  stop(): Promise<void>;
  /** The process ends in the middle of the disk's change with this number; what becomes of the disk is said afterwards. */
  crashAt(change: number): void;
  /** The same before a transaction of the metadata. */
  crashAtTxn(count: number): void;
  /** `kill -9`: what was written is in the page cache. */
  kill(): void;
  /** The power goes: what was not synced is there or not, by this seed. */
  losePower(seed: number): void;
  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

export function createSimMachine(options: SimMachineOptions): SimMachine {
  const clock = createSimClock();
  const random = createSimRandom(options.seed);
  const network = createSimNetwork({ clock, seed: options.seed });
  const journal = createJournal();
  const store = createLastingStore(clock);
  let wasStarted = false;
  let broker: RunningBroker | undefined;
  let process: MortalClock | undefined;
  let fatal: string | undefined;
  let whenDown = Promise.withResolvers<void>();

  function die(): void {
    process?.die();
    store.die();
    store.onTxn = undefined;
    network.crashHost(HOST);
    process = undefined;
    broker = undefined;
    whenDown.resolve();
  }

  /** On a real disk it lies beside the partitions, and its absence would mean a foreign directory. */
  async function placeMetadataFile(disk: SimDisk): Promise<void> {
    await disk.makeDirectory(DATA_DIRECTORY);
    await (await disk.open(`${DATA_DIRECTORY}/${METADATA_FILE}`, 'write')).close();
  }

  const machine: SimMachine = {
    clock,
    random,
    network: network.host('clients'),
    target: { host: HOST, port: PORT },
    journal,
    store,
    disk: createSimDisk({ ...options.disk, clock }),
    get fatal() {
      return fatal;
    },
    get isDown() {
      return process === undefined;
    },
    async start() {
      const living = createMortalClock(clock);
      if (wasStarted) await machine.run(placeMetadataFile(machine.disk));
      wasStarted = true;
      process = living;
      fatal = undefined;
      whenDown = Promise.withResolvers<void>();
      const starting = startBroker({
        settings: options.settings ?? {},
        listen: { host: HOST, port: PORT },
        dataDirectories: [DATA_DIRECTORY],
        ephemeral: false,
        logger: journal.logger,
        world: {
          disk: options.threadCount === undefined ? machine.disk : withThreads(machine.disk, options.threadCount),
          threadCount: options.hasNoSyncLimit === true ? undefined : options.threadCount,
          journal: options.hasJournal === true ? JOURNAL : undefined,
          clock: living,
          random: random.fork(),
          network: network.host(HOST),
          hostName: HOST,
          openStore: () => store.open(),
          acknowledgesBeforeSync: options.acknowledgesBeforeSync ?? false,
          transactionCanary: options.transactionCanary,
          shareCanary: options.shareCanary,
        },
      });
      // A dead process neither starts nor fails.
      const started = await machine.run(
        Promise.race([
          starting.catch((error: unknown) => {
            if (process === living) throw error;
          }),
          whenDown.promise,
        ]),
      );
      if (started === undefined || process !== living) return;
      broker = started;
      void started.failed.then((reason) => {
        if (process === living) fatal = reason;
      });
    },
    async stop() {
      const running = broker;
      if (running !== undefined) await machine.run(Promise.race([running.close(), whenDown.promise]));
      die();
    },
    crashAt(change) {
      machine.disk.inject(({ changeCount }) => {
        if (changeCount !== change || process === undefined) return undefined;
        die();
        return { kind: 'crash' };
      });
    },
    crashAtTxn(count) {
      store.onTxn = (txn) => {
        if (txn !== count) return;
        machine.disk.crash();
        die();
      };
    },
    kill() {
      machine.disk = machine.disk.afterKill();
      die();
    },
    losePower(seed) {
      machine.disk = machine.disk.reboot(seed);
      die();
    },
    async run(work) {
      let isDone = false;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      await clock.runUntil(() => isDone, RUN_MS_MAX);
      return work;
    },
  };
  return machine;
}
