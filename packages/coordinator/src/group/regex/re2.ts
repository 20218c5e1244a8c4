import { createRequire } from 'node:module';

/** The part of re2js that is needed: RE2's syntax, and matching in time linear in the text. */
export interface Re2 {
  readonly RE2JS: { compile(pattern: string): Re2Program };
  readonly RE2JSSyntaxException: abstract new (...args: never) => Error & { getDescription(): string };
}

export interface Re2Program {
  /** The whole of the text, as RE2/J's `matches`. */
  matches(text: string): boolean;
  programSize(): number;
}

let loaded: Re2 | undefined;

/** Read when the first group subscribes by a regular expression: most brokers never need it, and none needs it to start. */
export function re2(): Re2 {
  loaded ??= createRequire(import.meta.url)('re2js') as Re2;
  return loaded;
}
