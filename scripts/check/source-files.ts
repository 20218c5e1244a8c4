import type { Repository } from './repository.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Folder name under `packages/`, or `undefined` for what is not part of the product. */
  readonly packageFolder: string | undefined;
  /** A test, a benchmark, or what only those use. */
  readonly isTest: boolean;
}

/** TypeScript that people write, in all of the repository. */
export function sourceFiles(repository: Repository): SourceFile[] {
  const files: SourceFile[] = [];
  for (const path of repository.paths) {
    if (!path.endsWith('.ts') || path.endsWith('.d.ts') || path.includes('/generated/')) continue;
    const text = repository.read(path);
    if (text === undefined) continue;
    const packageFolder = /^packages\/([^/]+)\//.exec(path)?.[1];
    files.push({ path, text, packageFolder, isTest: isTestPath(path) });
  }
  return files;
}

function isTestPath(path: string): boolean {
  return path.endsWith('.test.ts') || /\/(testing|test|conformance|bench)\//.test(path);
}
