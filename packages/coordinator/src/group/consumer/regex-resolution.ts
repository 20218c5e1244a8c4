import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { NOTHING, type Pending, type Step } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';
import { compileTopicRegex, type TopicRegexError } from '../regex/topic-regex.ts';
import { createTopicScan, type TopicScan } from '../regex/topic-scan.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, isSameSet, regexOf } from './consumer-group-member.ts';
import { groupEpochRecord, regexRecord, regexTombstone } from './consumer-group-records.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { regexKey } from './member-timers.ts';
import { type Refusal, refuse } from './refusal.ts';

/** A group's regular expressions are looked at anew no more often than that, whatever comes and goes (Kafka's figure). */
export const REGEX_REFRESH_INTERVAL_MS_MIN = 10_000;
/** And no less often: what a member may see of the topics may have changed (`group.consumer.regex.refresh.interval.ms`). */
export const REGEX_REFRESH_INTERVAL_MS_MAX = 600_000;

/** What a heartbeat meant for the regular expression of its member. */
export type RegexChange = 'none' | 'changed' | 'changed-and-resolved';

/**
 * Of the member's regular expression before and after. A new one is resolved in a step of its own, soon: matching it
 * against all topics takes a while, and whoever else comes with it meanwhile is served by the same look.
 */
export function changeRegex(
  scope: ConsumerScope,
  group: ConsumerGroup,
  old: ConsumerGroupMember,
  updated: ConsumerGroupMember,
  now: TimestampMs,
  records: GroupRecord[],
): RegexChange | Refusal {
  const { groupId, subscriptions } = group;
  const oldRegex = regexOf(old);
  const regex = regexOf(updated);
  const hasChanged = old.subscribedRegex !== updated.subscribedRegex;
  const isNewToGroup = hasChanged && regex !== undefined && subscriptions.subscribersOf(regex) === 0;
  if (isNewToGroup) {
    const compiled = compileTopicRegex(regex);
    if (compiled.kind === 'error') return refuse(ErrorCode.INVALID_REGULAR_EXPRESSION, compiled.message);
  }
  if (hasChanged && oldRegex !== undefined && subscriptions.subscribersOf(oldRegex) === 1) {
    records.push(regexTombstone(groupId, oldRegex));
  }
  if ((isNewToGroup || subscriptions.hasRegexes) && isResolutionDue(scope, group, isNewToGroup, now)) {
    planResolution(scope, groupId);
  }
  if (!hasChanged) return 'none';
  const isResolved = regex === undefined ? oldRegex !== undefined : subscriptions.resolved(regex) !== undefined;
  return isResolved && !isNewToGroup ? 'changed-and-resolved' : 'changed';
}

function isResolutionDue(scope: ConsumerScope, group: ConsumerGroup, isNewToGroup: boolean, now: TimestampMs): boolean {
  const { subscriptions, groupId } = group;
  const { topics, timers } = scope.environment;
  if (timers.has(regexKey(groupId))) return false;
  const last = subscriptions.lastResolved;
  if (last === undefined) return true;
  if (now <= last.timestampMs + REGEX_REFRESH_INTERVAL_MS_MIN) return false;
  return (
    isNewToGroup ||
    hasUnresolved(group) ||
    last.version !== topics.version ||
    now > last.timestampMs + REGEX_REFRESH_INTERVAL_MS_MAX
  );
}

function hasUnresolved(group: ConsumerGroup): boolean {
  for (const regex of group.subscriptions.regexes()) {
    if (group.subscriptions.resolved(regex) === undefined) return true;
  }
  return false;
}

/** Whoever asked for it is answered first, as by Kafka, which resolves them besides. */
function planResolution(scope: ConsumerScope, groupId: string): void {
  scope.environment.putOff(NOBODY, () => {
    const isPlanned = scope.environment.timers.has(regexKey(groupId));
    if (!isPlanned) planScan(scope, groupId, 0, (now) => beginScan(scope, groupId, now));
    return NOTHING;
  });
}

const NOBODY: Pending<never> = { answer: () => undefined, fail: () => undefined };

type Action = (now: TimestampMs) => Step<GroupRecord>;

/** While it is planned or under way no other is. */
function planScan(scope: ConsumerScope, groupId: string, delayMs: number, action: Action): void {
  scope.environment.timers.set(regexKey(groupId), delayMs, action);
}

/** All regular expressions of a group, on their way through all topics. */
interface Look {
  readonly regexes: readonly string[];
  readonly scan: TopicScan;
  /** Of the topics that are looked at. */
  readonly version: number;
}

function beginScan(scope: ConsumerScope, groupId: string, now: TimestampMs): Step<GroupRecord> {
  const group = consumerGroupOf(scope, groupId);
  if (group === undefined) return NOTHING;
  const { topics, logger } = scope.environment;
  const regexes = [...group.subscriptions.regexes()];
  // One that Kafka took may be too much for us: it matches nothing.
  const onInvalid = ({ message }: TopicRegexError) => logger.warn(message, { groupId });
  const scan = createTopicScan(regexes, topics.names(), onInvalid);
  return advanceScan(scope, groupId, { regexes, scan, version: topics.version }, now);
}

function advanceScan(scope: ConsumerScope, groupId: string, look: Look, now: TimestampMs): Step<GroupRecord> {
  const pauseMs = look.scan.advance();
  if (pauseMs !== undefined) {
    planScan(scope, groupId, pauseMs, (then) => advanceScan(scope, groupId, look, then));
    return NOTHING;
  }
  const group = consumerGroupOf(scope, groupId);
  return group === undefined ? NOTHING : { records: lookRecords(scope, group, look, now), replies: [] };
}

/** What was matched becomes the group's; it moves on if that changes anything. */
function lookRecords(scope: ConsumerScope, group: ConsumerGroup, look: Look, now: TimestampMs): readonly GroupRecord[] {
  const { groupId, subscriptions } = group;
  const records: GroupRecord[] = [];
  const matches = new Map<string, ReadonlySet<string>>();
  let hasChanged = false;
  for (const regex of look.regexes) {
    if (subscriptions.subscribersOf(regex) === 0) continue;
    const topics = look.scan.topics.get(regex) ?? NO_TOPICS;
    hasChanged ||= !isSameSet(subscriptions.resolved(regex)?.topics ?? NO_TOPICS, topics);
    matches.set(regex, topics);
    records.push(regexRecord(groupId, regex, { topics, version: look.version, timestampMs: now }));
  }
  const metadataHash = scope.topicHashes.ofTopics(subscriptions.topicsAfter([], matches));
  if (hasChanged || metadataHash !== group.metadataHash || hasForsakenTarget(scope, group, matches)) {
    records.push(groupEpochRecord(groupId, group.groupEpoch + 1, metadataHash));
  }
  return records;
}

/**
 * A member that went over to a regular expression that matches nothing new has still the old one's topics for its target:
 * nobody has their partitions then. Kafka leaves it at that until something else changes.
 */
function hasForsakenTarget(
  scope: ConsumerScope,
  group: ConsumerGroup,
  matches: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (group.assignmentEpoch < group.groupEpoch) return false;
  for (const member of group.members.values()) {
    const regex = regexOf(member);
    const matching = regex === undefined ? undefined : matches.get(regex);
    if (matching === undefined) continue;
    for (const topicId of group.targetOf(member).keys()) {
      const name = scope.environment.topics.byId(topicId)?.name;
      if (name !== undefined && !member.subscribedTopics.has(name) && !matching.has(name)) return true;
    }
  }
  return false;
}

const NO_TOPICS: ReadonlySet<string> = new Set();
