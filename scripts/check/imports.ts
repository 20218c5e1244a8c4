import { lineOf, maskCode } from './source-text.ts';

export interface ImportedModule {
  readonly specifier: string;
  readonly line: number;
  /** Gone once the types are stripped. */
  readonly isTypeOnly: boolean;
}

const IMPORT = /(?<![.\w$])(?:((?:import|export)\s+type\s[^;'"]*?from\s*)|from\s*|import\s*\(?\s*)(['"])/g;

/** Every module that a file names: imports, re-exports, types, and dynamic imports of a plain string. */
export function importsOf(text: string): ImportedModule[] {
  const masked = maskCode(text);
  const found: ImportedModule[] = [];
  for (const match of masked.matchAll(IMPORT)) {
    const start = match.index + match[0].length;
    const [, typeOnly, quote = "'"] = match;
    const end = masked.indexOf(quote, start);
    if (end <= start) continue;
    found.push({ specifier: text.slice(start, end), line: lineOf(text, start), isTypeOnly: typeOnly !== undefined });
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
