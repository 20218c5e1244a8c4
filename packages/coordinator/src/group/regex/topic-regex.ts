import { weighPattern } from './pattern-weight.ts';
import { type Re2Program, re2 } from './re2.ts';

/*
 * Limits that Kafka does not have. There, a few patterns of nested counts hold up everybody for half a minute; here, one
 * at these limits costs its group some milliseconds a topic and others a pause that they hardly notice.
 */

/** Room for some hundred topics by name. */
export const PATTERN_LENGTH_MAX = 8192;
/** `[a-z0-9]{1,63}` is 126 of them. */
export const PATTERN_PARTS_MAX = 500;
/** Topic names are ASCII; to fold the case of one range of Unicode can take 20 ms. */
export const PATTERN_UNICODE_TERMS_MAX = 4;

/** A subscription by pattern: RE2's syntax, and a topic's whole name must match. */
export interface TopicRegex {
  readonly kind: 'regex';
  readonly pattern: string;
  /** What it takes at most to match one character, in no unit but that of others. */
  readonly weight: number;
  matches(topic: string): boolean;
}

export interface TopicRegexError {
  readonly kind: 'error';
  /** What Kafka says with INVALID_REGULAR_EXPRESSION; the reason is RE2's. */
  readonly message: string;
}

export function compileTopicRegex(pattern: string): TopicRegex | TopicRegexError {
  const excess = excessOf(pattern);
  if (excess !== undefined) return invalid(pattern, `expression too large, more than ${excess}`);
  const { RE2JS, RE2JSSyntaxException } = re2();
  let program: Re2Program;
  try {
    program = RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return invalid(pattern, error.getDescription());
    throw error;
  }
  const weight = weighPattern(pattern).parts + 1;
  return { kind: 'regex', pattern, weight, matches: (topic) => program.matches(topic) };
}

function excessOf(pattern: string): string | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX) return `${PATTERN_LENGTH_MAX} characters`;
  const { parts, unicodeTerms } = weighPattern(pattern);
  if (parts > PATTERN_PARTS_MAX) return `${PATTERN_PARTS_MAX} parts with all repetitions`;
  if (unicodeTerms > PATTERN_UNICODE_TERMS_MAX) return `${PATTERN_UNICODE_TERMS_MAX} classes beyond ASCII`;
  return undefined;
}

function invalid(pattern: string, reason: string): TopicRegexError {
  // A pattern that is too long is not sent back in full.
  const shown = pattern.length > PATTERN_LENGTH_MAX ? `${pattern.slice(0, 64)}…` : pattern;
  return { kind: 'error', message: `SubscribedTopicRegex \`${shown}\` is not a valid regular expression: ${reason}.` };
}
