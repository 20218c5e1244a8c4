import { repositoryOf } from './repository.ts';
import type { Finding, Rule } from './rule.ts';

/** What a rule says of these files, as `path:line message`. */
export function findingsOf(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule.check(repositoryOf(files)).map(textOf);
}

function textOf({ path, line, message, severity }: Finding): string {
  return `${severity === 'warning' ? 'warning ' : ''}${path}:${line} ${message}`;
}
