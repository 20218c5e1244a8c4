import { createRequire } from 'node:module';

/** The part of re2js that is needed: matching a whole text in time linear in it. */
interface Re2 {
  readonly RE2JS: { compile(pattern: string): { matches(text: string): boolean } };
}

let loaded: Re2 | undefined;

/** Read when the first ARN is checked: its 5 MB and 15 ms are no part of a start. */
export function re2(): Re2 {
  loaded ??= createRequire(import.meta.url)('re2js') as Re2;
  return loaded;
}
