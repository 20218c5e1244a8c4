import type { Finding, Rule } from '../rule.ts';
import { lineOf } from '../source-text.ts';

/** Where a registry's address gets into a repository, by file name. */
const ADDRESS_BY_FILE: readonly { file: RegExp; address: RegExp }[] = [
  { file: /(^|\/)(package-lock|npm-shrinkwrap)\.json$/, address: /"resolved":\s*"https?:[^"]*"/g },
  { file: /(^|\/)(yarn|pnpm-lock)\.(lock|yaml)$/, address: /\b(?:resolved|tarball:?)\s+"?https?:\S+/g },
  { file: /(^|\/)\.npmrc$/, address: /^.*registry\s*=\s*https?:.*$|^\/\/.*$/gm },
  {
    file: /(^|\/)(requirements[^/]*\.txt|pip\.conf)$/,
    address: /^\s*(?:--(?:extra-)?index-url|-i|(?:extra-)?index-url\s*=)\s*\S+/gm,
  },
  { file: /(^|\/)(uv|poetry)\.lock$/, address: /\b(?:registry|url)\s*=\s*"https?:[^"]*"/g },
];

export const registryHosts: Rule = {
  name: 'registry-hosts',
  promise: 'lock files name no registry, so that whoever installs uses their own',
  check(repository) {
    const findings: Finding[] = [];
    for (const path of repository.paths) {
      for (const { file, address } of ADDRESS_BY_FILE) {
        const text = file.test(path) ? (repository.read(path) ?? '') : '';
        for (const match of text.matchAll(address)) {
          findings.push({ path, line: lineOf(text, match.index), message: `names a registry: ${match[0]}` });
        }
      }
    }
    return findings;
  },
};
