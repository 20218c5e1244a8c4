import { importsOf } from '../imports.ts';
import { OUTER_SHELLS } from '../outer-shells.ts';
import type { Repository } from '../repository.ts';
import type { Finding, Rule } from '../rule.ts';
import { type SourceFile, sourceFiles } from '../source-files.ts';
import { lineOf, maskCode } from '../source-text.ts';

const REAL_WORLD = 'packages/kernel/src/real/';

const PORT_BY_MODULE: Readonly<Record<string, string>> = {
  fs: 'Disk',
  'fs/promises': 'Disk',
  sqlite: 'Disk',
  net: 'Network',
  tls: 'Network',
  dgram: 'Network',
  dns: 'Network',
  'dns/promises': 'Network',
  http: 'Network',
  https: 'Network',
  http2: 'Network',
  timers: 'Clock',
  'timers/promises': 'Clock',
  perf_hooks: 'Clock',
};

/** Formatting a given time with `new Date(timeMs)` is no look at the clock. */
const PORT_BY_CALL: readonly { port: string; pattern: RegExp }[] = [
  { port: 'Clock', pattern: /\bDate\s*\.\s*now\b/g },
  { port: 'Clock', pattern: /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/g },
  { port: 'Clock', pattern: /(?<![.\w$])(?:setTimeout|setInterval|setImmediate)\b/g },
  { port: 'Clock', pattern: /\b(?:globalThis|global|window)\s*\.\s*(?:setTimeout|setInterval|setImmediate)\b/g },
  { port: 'Clock', pattern: /(?<![.\w$])performance\s*\./g },
  { port: 'Clock', pattern: /\bprocess\s*\.\s*(?:hrtime|uptime)\b/g },
  { port: 'Random', pattern: /\bMath\s*\.\s*random\b/g },
  { port: 'Random', pattern: /\b(?:randomBytes|randomUUID|randomInt|randomFill|randomFillSync|getRandomValues)\b/g },
  { port: 'Network', pattern: /\bglobalThis\s*\.\s*fetch\b|\bawait\s+fetch\s*\(\s*['"`]/g },
];

/** The product's code takes the ports, so that a simulation can stand in for the machine. */
export function createDirectCallsRule(outerShells: Readonly<Record<string, string>> = OUTER_SHELLS): Rule {
  return {
    name: 'direct-calls',
    promise: 'only kernel/src/real and the outermost shells touch clock, disk, network and randomness',
    check(repository) {
      const findings: Finding[] = [];
      const used = new Set<string>();
      for (const file of sourceFiles(repository)) {
        if (file.packageFolder === undefined || file.isTest || file.path.startsWith(REAL_WORLD)) continue;
        const found = checkFile(file);
        if (outerShells[file.path] === undefined) findings.push(...found);
        else if (found.length > 0) used.add(file.path);
      }
      return [...findings, ...idleShells(outerShells, used, repository)];
    },
  };
}

function checkFile({ path, text }: SourceFile): Finding[] {
  const findings: Finding[] = [];
  for (const { specifier, line, isTypeOnly } of importsOf(text)) {
    if (isTypeOnly) continue;
    const port = PORT_BY_MODULE[specifier.replace(/^node:/, '')];
    if (port !== undefined) findings.push({ path, line, message: `imports ${specifier}: take the port ${port}` });
  }
  const masked = maskCode(text);
  for (const { port, pattern } of PORT_BY_CALL) {
    for (const match of masked.matchAll(pattern)) {
      const message = `${match[0].replace(/\s+/g, ' ').trim()}: take the port ${port}`;
      findings.push({ path, line: lineOf(text, match.index), message });
    }
  }
  return findings;
}

/** An exception that nothing needs would hide the next mistake. */
function idleShells(shells: Readonly<Record<string, string>>, used: Set<string>, repository: Repository): Finding[] {
  return Object.keys(shells)
    .filter((path) => !used.has(path))
    .map((path) => ({
      path,
      line: 0,
      message: repository.paths.includes(path)
        ? 'is listed in outer-shells.ts but touches nothing: take it off the list'
        : 'is listed in outer-shells.ts but does not exist',
    }));
}
