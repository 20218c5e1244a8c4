import type { Finding, Rule } from '../rule.ts';
import { sourceFiles } from '../source-files.ts';
import { lineOf, maskCode } from '../source-text.ts';

const ONLY = /\b(?:it|test|describe|suite)\s*\.\s*only\s*\(|\bonly\s*:\s*true\b/g;

export const noOnly: Rule = {
  name: 'no-only',
  promise: 'no test switches the others off',
  check(repository) {
    const findings: Finding[] = [];
    for (const { path, text, isTest } of sourceFiles(repository)) {
      if (!isTest) continue;
      for (const match of maskCode(text).matchAll(ONLY)) {
        findings.push({
          path,
          line: lineOf(text, match.index),
          message: `${match[0]}…: the other tests would not run`,
        });
      }
    }
    return findings;
  },
};
