/*
 * The house linter: `npm run check`. It prints what breaks a rule of the house, and fails if anything does; warnings
 * are listed only. With names of rules as arguments it runs those.
 */
import { fileURLToPath } from 'node:url';
import { printHelp } from '../print-help.ts';
import { openRepository } from './repository.ts';
import type { Finding, Rule } from './rule.ts';
import { ALL_RULES } from './rules/all.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
printHelp(`node scripts/check/main.ts [RULE]...
    the house linter: prints what breaks a rule, and fails if anything does; without names all rules`);

process.exitCode = run(process.argv.slice(2)) ? 0 : 1;

function run(names: readonly string[]): boolean {
  const unknown = names.filter((name) => !ALL_RULES.some((rule) => rule.name === name));
  if (unknown.length > 0) {
    console.error(`no such rule: ${unknown.join(', ')}; there are ${ALL_RULES.map((rule) => rule.name).join(', ')}`);
    return false;
  }
  const repository = openRepository(root);
  const rules = names.length === 0 ? ALL_RULES : ALL_RULES.filter((rule) => names.includes(rule.name));
  let errorCount = 0;
  for (const rule of rules) errorCount += report(rule, rule.check(repository));
  console.log(errorCount === 0 ? `\n${rules.length} rules hold` : `\n${errorCount} errors`);
  return errorCount === 0;
}

function report(rule: Rule, findings: readonly Finding[]): number {
  const errors = findings.filter((finding) => finding.severity !== 'warning');
  console.log(`${errors.length === 0 ? '✔' : '✖'} ${rule.name}: ${rule.promise}`);
  for (const { path, line, message, severity } of findings) {
    console.log(
      `    ${severity === 'warning' ? '(warning) ' : ''}${line === 0 ? path : `${path}:${line}`}  ${message}`,
    );
  }
  return errors.length;
}
