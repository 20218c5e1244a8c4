import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, succeeds } from '../runner/commands.ts';
import { installPython, missingPython, onceFor } from '../runner/folders.ts';
import { installJava } from '../runner/install-java.ts';
import { cache, interop } from '../runner/paths.ts';

/** An SDK in one of its ways to speak. */
export interface AwsClient {
  readonly name: string;
  /** Left out unless it is asked for. */
  readonly isSlowToBuild?: boolean;
  /** Says what is missing on this machine, or nothing. */
  missing(): Promise<string | undefined>;
  install(): Promise<void>;
  /** The walk's command line, without the stream. */
  readonly command: readonly string[];
  /** What follows the stream. */
  readonly parameters?: readonly string[];
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
};

export const awsClients: readonly AwsClient[] = [
  { ...javascriptClient, name: 'javascript-h2', parameters: ['h2'] },
  { ...javascriptClient, name: 'javascript-h1', parameters: ['h1'] },
  {
    name: 'boto3',
    missing: missingPython,
    install: () => installPython('aws/python'),
    command: [join(cache, 'aws/python/venv/bin/python'), join(folder, 'python/client.py')],
  },
  {
    name: 'java-cbor',
    missing: async () => {
      if (!(await succeeds('javac', ['-version']))) return 'no Java development kit (javac)';
      return (await succeeds('mvn', ['-version'])) ? undefined : 'no Maven (mvn)';
    },
    install: () => installJava('aws/java', 'Client.class'),
    command: ['java', '-Dstdout.encoding=UTF-8', '-cp', `${join(java, 'classes')}:${join(java, 'lib')}/*`, 'Client'],
  },
  {
    name: 'go',
    isSlowToBuild: true,
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
  },
];
