import { posix } from 'node:path';
import { importsOf, packageOf } from '../imports.ts';
import type { Repository } from '../repository.ts';
import type { Finding, Rule } from '../rule.ts';
import { type SourceFile, sourceFiles } from '../source-files.ts';

const CORE = ['kernel', 'protocol', 'log', 'metadata', 'replication', 'coordinator', 'broker'];
const DOOR_BELOW = ['kernel', 'protocol', 'client'];
const DOORS = ['registry', 'connect', 'streams', 'aws', 'console'];

/** What each package may import: all that lies below it in ARCHITECTURE.md. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  protocol: ['kernel'],
  log: ['kernel', 'protocol'],
  metadata: ['kernel', 'protocol', 'log'],
  replication: ['kernel', 'protocol', 'log'],
  coordinator: ['kernel', 'protocol', 'log'],
  broker: ['kernel', 'protocol', 'log', 'metadata', 'replication', 'coordinator'],
  client: ['kernel', 'protocol'],
  ...Object.fromEntries(DOORS.map((door) => [door, DOOR_BELOW])),
  sluice: [...CORE, 'client', ...DOORS],
  cli: [...CORE, 'client', ...DOORS, 'sluice'],
};

export const layers: Rule = {
  name: 'layers',
  promise: 'imports between packages go downwards only, by package name',
  check: (repository) => sourceFiles(repository).flatMap((file) => checkFile(file, repository)),
};

function checkFile(file: SourceFile, repository: Repository): Finding[] {
  const { packageFolder } = file;
  const allowed = packageFolder === undefined ? undefined : BELOW[packageFolder];
  if (packageFolder !== undefined && allowed === undefined) {
    return [{ path: file.path, line: 0, message: `package ${packageFolder} has no layer: give it one in the rule` }];
  }
  const findings: Finding[] = [];
  for (const { specifier, line } of importsOf(file.text)) {
    const message = specifier.startsWith('.')
      ? checkRelative(file, specifier)
      : checkPackage(packageFolder, allowed, workspaceFolder(specifier), repository);
    if (message !== undefined) findings.push({ path: file.path, line, message });
  }
  return findings;
}

function checkRelative(file: SourceFile, specifier: string): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
  const targetFolder = /^packages\/([^/]+)\//.exec(target)?.[1];
  if (targetFolder === file.packageFolder) return undefined;
  // A package's tests may check it against the scripts that made a part of it.
  if (targetFolder === undefined && file.isTest) return undefined;
  return `${specifier} leaves its package: import it by the package's name`;
}

function checkPackage(
  from: string | undefined,
  allowed: readonly string[] | undefined,
  to: string | undefined,
  repository: Repository,
): string | undefined {
  if (to === undefined || from === undefined || allowed === undefined || to === from) return undefined;
  if (BELOW[to] === undefined && !repository.paths.includes(`packages/${to}/package.json`)) {
    return `there is no package ${to}`;
  }
  return allowed.includes(to)
    ? undefined
    : `${from} must not import ${to}: it may import ${allowed.join(', ') || 'nothing'}`;
}

/** The folder of a workspace package, `undefined` for other modules. */
export function workspaceFolder(specifier: string): string | undefined {
  const name = packageOf(specifier);
  if (name === 'sluice') return 'sluice';
  return name.startsWith('@sluice/') ? name.slice('@sluice/'.length) : undefined;
}
