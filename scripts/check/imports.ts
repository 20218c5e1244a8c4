import { lineOf, maskCode } from './source-text.ts';

export interface ImportedModule {
  readonly specifier: string;
  readonly line: number;
}

const IMPORT = /(?<![.\w$])(?:from\s*|import\s*\(?\s*)(['"])/g;

/** Every module that a file names: imports, re-exports, types, and dynamic imports of a plain string. */
export function importsOf(text: string): ImportedModule[] {
  const masked = maskCode(text);
  const found: ImportedModule[] = [];
  for (const match of masked.matchAll(IMPORT)) {
    const start = match.index + match[0].length;
    const end = masked.indexOf(match[1] ?? "'", start);
    if (end > start) found.push({ specifier: text.slice(start, end), line: lineOf(text, start) });
  }
  return found;
}

/** `@sluice/log/x` → `@sluice/log`, `node:fs/promises` → `node:fs/promises`, `a/b` → `a`. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
