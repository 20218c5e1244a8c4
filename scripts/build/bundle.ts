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
    // Kept names would be set again whenever a closure is made, which took a quarter of a delivery's processor time.
    keepNames: false,
    legalComments: 'eof',
    logLevel: 'warning',
  });
}
