import { weighPattern } from './pattern-weight.ts';
import {
  compileTopicRegex,
  PATTERN_LENGTH_MAX,
  PATTERN_PARTS_MAX,
  type TopicRegex,
  type TopicRegexError,
} from './topic-regex.ts';

/**
 * Work of one slice: a weight times a name's length. Ordinary patterns see some hundred topics within it, in a
 * millisecond or two. One is always seen.
 */
export const SCAN_SLICE_WORK_MAX = 20_000;
/** So much weight earns others a millisecond after each slice: a pattern at the limits leaves them most of the time. */
const WEIGHT_PER_PAUSE_MS = 16;
/** A name takes some time of its own, however small the pattern. */
const TOPIC_WORK_MIN = 50;

/** Resolves patterns against all topics, a slice at a time: many topics and hostile patterns must not hold up others. */
export interface TopicScan {
  /** Does one slice. Returns how many milliseconds to leave to others before the next, or `undefined` when it is done. */
  advance(): number | undefined;
  /** By pattern, each in the order of the topics; complete once `advance` said so. */
  readonly topics: ReadonlyMap<string, ReadonlySet<string>>;
}

/** `topicNames` are those of the moment: taken now, seen later. */
export function createTopicScan(
  patterns: readonly string[],
  topicNames: Iterable<string>,
  onInvalid: (error: TopicRegexError) => void,
): TopicScan {
  const names = [...topicNames];
  const topics = new Map(patterns.map((pattern) => [pattern, new Set<string>()]));
  let nextPattern = 0;
  let nextName = 0;
  let regex: TopicRegex | undefined;

  /** Name by name within a pattern: its automaton stays warm. */
  function match({ pattern, weight, matches }: TopicRegex): number {
    const name = names[nextName++] ?? '';
    if (matches(name)) topics.get(pattern)?.add(name);
    if (nextName >= names.length) regex = undefined;
    return TOPIC_WORK_MIN + weight * name.length;
  }

  function compileNext(): number {
    const pattern = patterns[nextPattern++] ?? '';
    const compiled = compileTopicRegex(pattern);
    nextName = 0;
    if (compiled.kind === 'error') onInvalid(compiled);
    else if (names.length > 0) regex = compiled;
    return compileWork(pattern);
  }

  return {
    topics,
    advance() {
      let work = 0;
      let weight = 0;
      while (work < SCAN_SLICE_WORK_MAX) {
        if (regex === undefined && nextPattern >= patterns.length) return undefined;
        weight = Math.max(weight, regex?.weight ?? 0);
        work += regex === undefined ? compileNext() : match(regex);
      }
      return Math.max(1, Math.ceil(weight / WEIGHT_PER_PAUSE_MS));
    },
  };
}

/** As much as matching takes in the same time, about: some tens of patterns a slice, or one of the worst. */
function compileWork(pattern: string): number {
  const { parts, unicodeTerms } = weighPattern(pattern.slice(0, PATTERN_LENGTH_MAX));
  return 500 + 4 * pattern.length + 10 * Math.min(parts, PATTERN_PARTS_MAX) + 5000 * unicodeTerms;
}
