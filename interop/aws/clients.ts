import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, succeeds } from '../runner/commands.ts';
import { installPython, missingPython, onceFor } from '../runner/folders.ts';
import { installJava } from '../runner/install-java.ts';
import { cache, interop } from '../runner/paths.ts';
import { checkKpl } from './check-kpl.ts';
import { checkQueues } from './check-queues.ts';
import { checkWalk, checkWalkWithoutSubscription } from './check-walk.ts';

/** An SDK in one of its ways to speak. */
export interface AwsClient {
  readonly name: string;
  /** Takes long to build, or to run; left out unless it is asked for. */
  readonly isSlow?: boolean;
  /** Says what is missing on this machine, or nothing. */
  missing(): Promise<string | undefined>;
  install(): Promise<void>;
  /** The walk's command line, without the stream. */
  readonly command: readonly string[];
  /** What follows the stream. */
  readonly parameters?: readonly string[];
  /** Throws unless what it saw is what it must see. */
  check(seen: unknown, stream: string): void;
}

const folder = join(interop, 'aws');
const javascript = join(folder, 'javascript');
const java = join(cache, 'aws/java');

const javascriptClient = {
  missing: async () => ((await succeeds('npm', ['--version'])) ? undefined : 'no npm'),
  install: () =>
    onceFor(join(javascript, 'package-lock.json'), join(javascript, 'node_modules/.installed'), () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: javascript }),
    ),
  command: [process.execPath, join(javascript, 'client.ts')],
  check: checkWalk,
};

const pythonClient = {
  missing: missingPython,
  install: () => installPython('aws/python'),
  command: (program: string) => [join(cache, 'aws/python/venv/bin/python'), join(folder, 'python', program)],
};

export const awsClients: readonly AwsClient[] = [
  { ...javascriptClient, name: 'javascript-h2', parameters: ['h2'] },
  { ...javascriptClient, name: 'javascript-h1', parameters: ['h1'] },
  { ...pythonClient, name: 'boto3', command: pythonClient.command('client.py'), check: checkWalk },
  { ...pythonClient, name: 'boto3-queues', command: pythonClient.command('queues.py'), check: checkQueues },
  { ...pythonClient, name: 'kpl', command: pythonClient.command('kpl.py'), check: checkKpl },
  {
    name: 'java-cbor',
    missing: async () => {
      if (!(await succeeds('javac', ['-version']))) return 'no Java development kit (javac)';
      return (await succeeds('mvn', ['-version'])) ? undefined : 'no Maven (mvn)';
    },
    install: () => installJava('aws/java', 'Client.class'),
    command: ['java', '-Dstdout.encoding=UTF-8', '-cp', `${join(java, 'classes')}:${join(java, 'lib')}/*`, 'Client'],
    check: checkWalk,
  },
  {
    name: 'go',
    isSlow: true,
    missing: async () => ((await succeeds('go', ['version'])) ? undefined : 'no Go (go)'),
    install: async () => {
      mkdirSync(join(cache, 'aws/go'), { recursive: true });
      await run('go', ['build', '-o', join(cache, 'aws/go/walk'), '.'], {
        cwd: join(folder, 'go'),
        env: {
          GOFLAGS: '-mod=readonly -modcacherw -buildvcs=false',
          GOMODCACHE: join(cache, 'go/modules'),
          GOCACHE: join(cache, 'go/build'),
        },
      });
    },
    command: [join(cache, 'aws/go/walk')],
    check: checkWalk,
  },
  {
    name: 'rust',
    isSlow: true,
    missing: async () => ((await succeeds('cargo', ['--version'])) ? undefined : 'no Rust (cargo)'),
    install: () =>
      run('cargo', ['build', '--locked', '--quiet'], {
        cwd: join(folder, 'rust'),
        env: { CARGO_TARGET_DIR: join(cache, 'aws/rust') },
      }),
    command: [join(cache, 'aws/rust/debug/walk')],
    check: checkWalk,
  },
  {
    name: 'aws-cli',
    isSlow: true,
    missing: async () => ((await succeeds('aws', ['--version'])) ? undefined : 'no AWS CLI (aws)'),
    install: async () => {},
    command: [process.execPath, join(folder, 'command-line/walk.ts')],
    check: checkWalkWithoutSubscription,
  },
];
