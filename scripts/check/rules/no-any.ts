import type { Finding, Rule } from '../rule.ts';
import { sourceFiles } from '../source-files.ts';
import { lineOf, maskCode } from '../source-text.ts';

/** `any` where a type stands, as far as that shows; a variable of that name is a word like others. Biome sees the rest. */
const ANY_TYPE =
  /(?:[:<|&]\s*|=>\s*|\b(?:as|extends|satisfies|is)\s+|<[^<>(){};]*,\s*|\btype\s[^=;]*=\s*)any\b(?!\s*[:(=.?])/g;
const SUPPRESSION = /@ts-(?:ignore|nocheck)\b|@ts-expect-error(?![ \t]+\S)|biome-ignore[^\n:]*:\s*(?:\n|$)/g;

export const noAny: Rule = {
  name: 'no-any',
  promise: 'types are not switched off: no any, no @ts-ignore, no suppression without its reason',
  check(repository) {
    const findings: Finding[] = [];
    for (const { path, text } of sourceFiles(repository)) {
      // The rule's own patterns and samples.
      if (path.startsWith('scripts/check/')) continue;
      for (const match of maskCode(text).matchAll(ANY_TYPE)) {
        findings.push({ path, line: lineOf(text, match.index), message: 'any: say what it is, or unknown' });
      }
      for (const match of text.matchAll(SUPPRESSION)) {
        findings.push({ path, line: lineOf(text, match.index), message: `${match[0].trim()} without a reason` });
      }
    }
    return findings;
  },
};
