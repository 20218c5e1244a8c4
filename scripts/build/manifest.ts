import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What goes with the package, by its place in the repository. Its README is for who installed it, not for who checked out. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['LICENSE', 'LICENSE'],
  ['packages/sluice/README.md', 'README.md'],
  ['docs', 'docs'],
]);

export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export function workspaceManifests(root: string): readonly WorkspaceManifest[] {
  return globSync('packages/*/package.json', { cwd: root }).map((path) =>
    JSON.parse(readFileSync(join(root, path), 'utf8')),
  );
}

/** package.json of what is published: the dependencies of all workspaces, without the workspaces themselves. */
export function packageManifest(workspaces: readonly WorkspaceManifest[]) {
  const face = workspaces.find(({ name }) => name === 'sluice');
  if (face === undefined) throw new Error('there is no workspace named sluice');
  return {
    name: face.name,
    version: face.version,
    description: face.description,
    keywords: ['kafka', 'kinesis', 'broker', 'event-streaming', 'log', 'testing'],
    license: face.license,
    type: 'module',
    bin: { sluice: 'bin/sluice.js' },
    exports: {
      '.': { types: './types/sluice/src/index.d.ts', default: './lib/index.js' },
      './client': { types: './types/sluice/src/client.d.ts', default: './lib/client.js' },
      './package.json': './package.json',
    },
    types: './types/sluice/src/index.d.ts',
    files: ['bin', 'lib', 'types', ...DOCUMENTS.values()],
    engines: { node: '>=24' },
    dependencies: thirdParty(workspaces),
  };
}

function thirdParty(workspaces: readonly WorkspaceManifest[]): Record<string, string> {
  const own = new Set(workspaces.map(({ name }) => name));
  const versions = new Map<string, string>();
  for (const { name: from, dependencies = {} } of workspaces) {
    for (const [name, version] of Object.entries(dependencies)) {
      if (own.has(name)) continue;
      const other = versions.get(name) ?? version;
      if (other !== version) throw new Error(`${from} wants ${name} ${version}, another workspace ${other}`);
      versions.set(name, version);
    }
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}
