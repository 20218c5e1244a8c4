import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, succeeds } from './commands.ts';
import { installJava } from './install-java.ts';
import { cache, interop } from './paths.ts';

/** A folder of clients that share a toolchain and a lock file. */
export type Folder = {
  readonly name: string;
  /** Says what is missing on this machine, or nothing. */
  missing(client: string): Promise<string | undefined>;
  /** Installs what the lock file names, and builds; quick when nothing has changed since. */
  install(): Promise<void>;
};

export const folders = {
  java: {
    name: 'java',
    missing: async () => {
      if (!(await succeeds('javac', ['-version']))) return 'no Java development kit (javac)';
      return (await succeeds('mvn', ['-version'])) ? undefined : 'no Maven (mvn)';
    },
    install: installJava,
  },
  librdkafka: {
    name: 'librdkafka',
    missing: async (client) => (client === 'kcat' ? missingKcat() : missingPython()),
    install: () => installPython('librdkafka'),
  },
  go: {
    name: 'go',
    missing: async () => ((await succeeds('go', ['version'])) ? undefined : 'no Go (go)'),
    install: async () => {
      const bin = join(cache, 'go', 'bin');
      mkdirSync(bin, { recursive: true });
      await run('go', ['build', '-o', `${bin}/`, './franz-go', './sarama'], {
        cwd: join(interop, 'go'),
        env: {
          GOFLAGS: '-mod=readonly -modcacherw -buildvcs=false',
          GOMODCACHE: join(cache, 'go', 'modules'),
          GOCACHE: join(cache, 'go', 'build'),
        },
      });
    },
  },
  javascript: {
    name: 'javascript',
    missing: async () => ((await succeeds('npm', ['--version'])) ? undefined : 'no npm'),
    install: () => {
      const cwd = join(interop, 'javascript');
      return onceFor(join(cwd, 'package-lock.json'), join(cwd, 'node_modules', '.installed'), () =>
        run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd }),
      );
    },
  },
  python: {
    name: 'python',
    missing: missingPython,
    install: () => installPython('python'),
  },
} satisfies Record<string, Folder>;

export async function missingPython(): Promise<string | undefined> {
  if (!(await succeeds('python3', ['--version']))) return 'no Python (python3)';
  return (await succeeds('python3', ['-c', 'import venv, ensurepip'])) ? undefined : 'no venv module for python3';
}

/** kcat comes from Debian; where this may install packages, it does. */
async function missingKcat(): Promise<string | undefined> {
  if (await succeeds('kcat', ['-V'])) return undefined;
  const mayInstall = process.getuid?.() === 0 && (await succeeds('apt-get', ['--version']));
  if (!mayInstall) return 'no kcat, and it cannot be installed (not root, or no apt-get)';
  try {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', 'kcat'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  } catch (cause) {
    return `kcat could not be installed: ${cause instanceof Error ? cause.message : cause}`;
  }
  return undefined;
}

/** `folder` has a requirements.txt. */
export async function installPython(folder: string): Promise<void> {
  const requirements = join(interop, folder, 'requirements.txt');
  const venv = join(cache, folder, 'venv');
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    requirements,
  ];
  await onceFor(requirements, join(venv, '.installed'), async () => {
    await run('python3', ['-m', 'venv', '--clear', venv]);
    await run(join(venv, 'bin', 'python'), pip);
  });
}

/** Does a piece of work unless its mark says that it was done for just this content of the lock file. */
export async function onceFor(lockFile: string, mark: string, work: () => Promise<void>): Promise<void> {
  const content = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === content) return;
  await work();
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, content);
}
