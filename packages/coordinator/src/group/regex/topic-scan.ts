import type { TopicRegex } from './topic-regex.ts';

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
export function createTopicScan(regexes: readonly TopicRegex[], topicNames: Iterable<string>): TopicScan {
  const names = [...topicNames];
  const matched = regexes.map(() => new Set<string>());
  const count = names.length * regexes.length;
  let next = 0;

  /** Name by name within a pattern: its automaton stays warm. */
  function match(index: number): number {
    const name = names[index % names.length] ?? '';
    const place = Math.floor(index / names.length);
    const regex = regexes[place];
    if (regex?.matches(name)) matched[place]?.add(name);
    return TOPIC_WORK_MIN + (regex?.weight ?? 0) * name.length;
  }

  return {
    topics: new Map(regexes.map(({ pattern }, place) => [pattern, matched[place] ?? new Set()])),
    advance() {
      let work = 0;
      const weight = regexes[Math.floor(next / names.length)]?.weight ?? 0;
      while (next < count && work < SCAN_SLICE_WORK_MAX) work += match(next++);
      return next < count ? Math.ceil(weight / WEIGHT_PER_PAUSE_MS) : undefined;
    },
  };
}
