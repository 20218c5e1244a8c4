import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The workspaces as a few plain JavaScript files with source maps. Splitting keeps what is loaded lazily in files of its
 * own; dependencies stay imports, to be installed by npm.
 */
export async function bundle(root: string, outdir: string, dependencies: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      index: join(root, 'packages/sluice/src/index.ts'),
      client: join(root, 'packages/sluice/src/client.ts'),
      cli: join(root, 'packages/cli/src/main.ts'),
    },
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    // Maps without the sources would point to files that are not in the package.
    sourcesContent: true,
    external: dependencies.flatMap((name) => [name, `${name}/*`]),
    // A name that an error or a stack trace shows is the one in the source.
    keepNames: true,
    legalComments: 'eof',
    logLevel: 'warning',
  });
}
