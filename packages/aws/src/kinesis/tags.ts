import { invalidArgument } from './errors.ts';

export const TAGS_MAX = 50;
const RESERVED_PREFIX = 'aws:';
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** What the model cannot say about tags: their characters, whose prefix is taken, and how many a resource has at most. */
export function requireTags(added: Readonly<Record<string, string>>, current: Readonly<Record<string, string>>): void {
  requireTagKeys(Object.keys(added));
  for (const value of Object.values(added)) {
    if (!CHARACTERS.test(value)) throw illegalCharacters();
  }
  if (Object.keys({ ...current, ...added }).length > TAGS_MAX) {
    throw invalidArgument(`A resource cannot have more than ${TAGS_MAX} tags associated with it.`);
  }
}

export function requireTagKeys(keys: readonly string[]): void {
  for (const key of keys) {
    if (!CHARACTERS.test(key)) throw illegalCharacters();
    if (key.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw invalidArgument(`Tag keys cannot begin with ${RESERVED_PREFIX}, which is reserved: ${key}`);
    }
  }
}

export function withoutTags(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}

const illegalCharacters = () =>
  invalidArgument(
    'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.',
  );
