import { isBuiltin } from 'node:module';
import { importsOf, packageOf } from '../imports.ts';
import type { Repository } from '../repository.ts';
import type { Finding, Rule } from '../rule.ts';
import { type SourceFile, sourceFiles } from '../source-files.ts';
import { workspaceFolder } from './layers.ts';

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

const RUNTIME_FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies'];

export const dependencies: Rule = {
  name: 'dependencies',
  promise: 'a package declares what it imports; workspaces as "*"',
  check(repository) {
    const root = namesIn(manifestOf(repository, 'package.json'), [...RUNTIME_FIELDS, 'devDependencies']);
    const findings: Finding[] = [];
    const reported = new Set<string>();
    for (const file of sourceFiles(repository)) {
      if (file.packageFolder === undefined) continue;
      const path = `packages/${file.packageFolder}/package.json`;
      const manifest = manifestOf(repository, path);
      for (const name of undeclared(file, manifest, root)) {
        if (reported.has(`${path} ${name}`)) continue;
        reported.add(`${path} ${name}`);
        const version = workspaceFolder(name) === undefined ? '' : ': "*"';
        findings.push({ path, line: 0, message: `dependencies lack "${name}"${version}, which ${file.path} imports` });
      }
    }
    return [...findings, ...pinnedWorkspaces(repository)];
  },
};

function undeclared(file: SourceFile, manifest: Manifest, root: ReadonlySet<string>): string[] {
  const declared = namesIn(manifest, file.isTest ? [...RUNTIME_FIELDS, 'devDependencies'] : RUNTIME_FIELDS);
  const own = file.packageFolder === 'sluice' ? 'sluice' : `@sluice/${file.packageFolder}`;
  return importsOf(file.text)
    .map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map(packageOf)
    .filter((name) => name !== own && !declared.has(name) && !(file.isTest && root.has(name)));
}

/** Another version than "*" would make npm look for the workspace in a registry. */
function pinnedWorkspaces(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const path of repository.paths) {
    if (!/^packages\/[^/]+\/package\.json$/.test(path)) continue;
    const manifest = manifestOf(repository, path);
    for (const field of [...RUNTIME_FIELDS, 'devDependencies']) {
      for (const [name, version] of Object.entries(manifest[field] ?? {})) {
        if (workspaceFolder(name) === undefined || version === '*') continue;
        findings.push({ path, line: 0, message: `"${name}" is a workspace: its version is "*"` });
      }
    }
  }
  return findings;
}

function manifestOf(repository: Repository, path: string): Manifest {
  return JSON.parse(repository.read(path) ?? '{}');
}

function namesIn(manifest: Manifest, fields: readonly string[]): Set<string> {
  return new Set(fields.flatMap((field) => Object.keys(manifest[field] ?? {})));
}
