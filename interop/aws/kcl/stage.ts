import { join } from 'node:path';
import { succeeds } from '../../runner/commands.ts';
import { missingPython } from '../../runner/folders.ts';
import { createHistory, type History, type ListedShard, type WorkerEvent } from '../../runner/kcl/history.ts';
import { cache, interop } from '../../runner/paths.ts';
import { ACCESS_KEY, type DoorProcess, REGION } from '../start-door.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';

const STEP_TIMEOUT_MS = 300_000;
const END_TIMEOUT_MS = 30_000;
const folder = join(cache, 'aws/kcl');

/** How the workers read: GetRecords, or SubscribeToShard. */
export type Retrieval = 'polling' | 'fan-out';

export interface Written {
  readonly counts: Readonly<Record<string, number>>;
  readonly shards: readonly ListedShard[];
}

/** The processes of a run, and what their workers have told. */
export interface Stage extends AsyncDisposable {
  readonly history: History;
  startFeed(): Promise<LineProcess>;
  startWorker(name: string): LineProcess;
  kill(worker: LineProcess): Promise<void>;
  /** Until something that a process told makes it true. Fails if a process does, or in time. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** What the feed has written, when it has been stopped. */
  written(): Written | undefined;
}

/** Says what is missing on this machine, or nothing. */
export async function missingForKcl(): Promise<string | undefined> {
  if (!(await succeeds('javac', ['-version']))) return 'no Java development kit (javac)';
  return (await succeeds('mvn', ['-version'])) ? await missingPython() : 'no Maven (mvn)';
}

function java(mainClass: string, ...args: readonly string[]): readonly string[] {
  const options = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.library.path=${folder}/lib`];
  const level = process.env.KCL_LOG_LEVEL ?? 'off';
  const classPath = `${folder}/classes:${folder}/lib/*`;
  return [
    'java',
    ...options,
    `-Dorg.slf4j.simpleLogger.defaultLogLevel=${level}`,
    '-cp',
    classPath,
    mainClass,
    ...args,
  ];
}

export async function openStage(door: DoorProcess, stream: string, retrieval: Retrieval): Promise<Stage> {
  const history = createHistory();
  const processes: LineProcess[] = [];
  const waiting = new Set<() => void>();
  let failure: Error | undefined;
  let leaseTable: string | undefined;
  let isFeedWriting = false;
  let written: Written | undefined;

  function changed(): void {
    for (const look of waiting) look();
  }
  function fail(error: Error): void {
    failure ??= error;
    changed();
  }
  function start(name: string, command: readonly string[], onLine: (value: unknown) => void): LineProcess {
    const env = {
      ...ACCESS_KEY,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ENDPOINT_URL_KINESIS: door.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      DDB_LOCAL_TELEMETRY: '0',
      ...(leaseTable === undefined ? {} : { AWS_ENDPOINT_URL_DYNAMODB: leaseTable }),
    };
    const onAnyLine = (value: unknown) => {
      onLine(value);
      changed();
    };
    const started = startLineProcess(name, command, env, onAnyLine, fail);
    processes.push(started);
    return started;
  }
  async function until(what: string, isSo: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (failure !== undefined) reject(failure);
      else if (isSo()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`it did not come to this: ${what}`)), STEP_TIMEOUT_MS);
    waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(look);
    }
  }
  async function endAll(): Promise<void> {
    const timer = setTimeout(() => {
      for (const each of processes) void each.kill();
    }, END_TIMEOUT_MS);
    // The tables last, since workers give their leases back.
    for (const each of processes.reverse()) await each.end();
    clearTimeout(timer);
  }

  const stage: Stage = {
    history,
    async startFeed() {
      const command = [join(cache, 'aws/python/venv/bin/python'), join(interop, 'aws/kcl/feed.py'), stream];
      const feed = start('feed', command, (value) => {
        const told = value as { readonly kind: string } & Written;
        if (told.kind === 'stopped') written = told;
        else isFeedWriting = true;
      });
      await until('the feed writes', () => isFeedWriting);
      return feed;
    },
    startWorker: (name) =>
      start(name, java('Worker', stream, name, retrieval), (value) => history.add(name, value as WorkerEvent)),
    async kill(worker) {
      await worker.kill();
      history.bury(worker.name);
    },
    until,
    written: () => written,
    [Symbol.asyncDispose]: endAll,
  };
  try {
    start('lease table', java('LeaseTable'), (value) => {
      leaseTable = (value as { readonly endpoint: string }).endpoint;
    });
    await until('DynamoDB Local serves', () => leaseTable !== undefined);
    return stage;
  } catch (error) {
    await endAll();
    throw error;
  }
}
