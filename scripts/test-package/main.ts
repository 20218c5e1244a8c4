// npm run test:package: what a user gets. Packs dist/, installs it in an empty folder outside the repository, starts a
// broker there with npx, produces and consumes, and embeds it from a TypeScript file that type-checks.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printHelp } from '../print-help.ts';
import { run } from './run.ts';
import { startBroker } from './start-broker.ts';

printHelp(`node scripts/test-package/main.ts
    packs dist/, installs it in an empty folder, and uses it there as a user would`);

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
const step = (text: string) => process.stdout.write(`${text}\n`);

try {
  step('pack');
  const [packed] = JSON.parse(await run('npm', ['pack', '--json', '--pack-destination', folder], join(ROOT, 'dist')));
  const { version, files } = packed as { version: string; files: { path: string }[] };
  checkContents(files.map(({ path }) => path));

  step(`install into ${folder}`);
  writeManifest(join(folder, packed.filename));
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  assert.equal((await run('npx', ['sluice', '--version'], folder)).trim(), version);

  step('start, produce, consume, stop');
  await checkCommandLine();

  step('type-check and run the embedding file');
  await checkEmbedding();
  step('ok');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkContents(paths: readonly string[]): void {
  for (const wanted of ['bin/sluice.js', 'lib/index.js', 'lib/index.js.map', 'lib/cli.js', 'README.md', 'LICENSE']) {
    assert(paths.includes(wanted), `the package lacks ${wanted}`);
  }
  const wanted = /^(bin|lib|types|docs)\/|^(package\.json|LICENSE|README\.md)$/;
  const strange = paths.filter((path) => !wanted.test(path) || path.includes('node_modules'));
  assert.deepEqual(strange, [], 'the package has files that nobody asked for');
  const links = [...readFileSync(join(ROOT, 'dist/README.md'), 'utf8').matchAll(/\]\(([^):#]+)[^)]*\)/g)];
  assert(links.length > 0, 'the README points to nothing');
  const broken = links.flatMap(([, target = '']) => (paths.includes(target) ? [] : [target]));
  assert.deepEqual(broken, [], 'the README points to what is not in the package');
}

function writeManifest(tarball: string): void {
  const { devDependencies, allowScripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { node, typescript } = devDependencies;
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { sluice: `file:${tarball}` },
    devDependencies: {
      '@platformatic/kafka': '^1.35.0',
      '@types/node': devDependencies['@types/node'],
      node,
      typescript,
    },
    allowScripts,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

async function checkCommandLine(): Promise<void> {
  const expected = 'none\thello\ngzip\thello\nsnappy\thello\nlz4\thello\nzstd\thello\n';
  await withBroker(async (sluice) => {
    await sluice(['topic', 'create', 'orders', '--partitions', '1']);
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
      await sluice(['produce', 'orders', '--compression', codec, '--key-separator', ':'], `${codec}:hello\n`);
    }
    assert.equal(await sluice(['consume', 'orders', '--until-end', '--format', 'key-value']), expected);
  });
  await withBroker(async (sluice) => {
    assert.equal(await sluice(['consume', 'orders', '--until-end', '--format', 'key-value']), expected);
    // The one command that loads a client library.
    assert.equal(await sluice(['consume', 'orders', '--group', 'g', '--until-end', '-o', 'key-value']), expected);
    assert.match(await sluice(['group', 'describe', 'g', '--totals']), /^g +0 +1 +0 +Empty/m);
  });
}

type Run = (args: readonly string[], input?: string) => Promise<string>;

/** The same data directory each time. */
async function withBroker(work: (sluice: Run) => Promise<void>): Promise<void> {
  const broker = await startBroker(folder, ['--listen', '127.0.0.1:0', '--data', 'data']);
  const env = { SLUICE_BOOTSTRAP: broker.bootstrap };
  try {
    await work((args, input = '') => run('npx', ['sluice', ...args], folder, { input, env }));
  } finally {
    const log = await broker.stop();
    assert.doesNotMatch(log, /"level":"error"/);
  }
}

async function checkEmbedding(): Promise<void> {
  for (const file of ['embed.ts', 'surface.ts']) cpSync(join(import.meta.dirname, 'fixture', file), join(folder, file));
  const strict = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,esnext.disposable',
  ];
  await run('npx', ['tsc', ...strict, '--types', '', 'surface.ts'], folder);
  await run('npx', ['tsc', ...strict, '--skipLibCheck', '--types', 'node', 'embed.ts'], folder);
  assert.equal(await run('npx', ['node', 'embed.ts'], folder), 'embedded\n');
}
