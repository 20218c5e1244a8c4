import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { Verdict } from '../crash/rule.ts';
import type { GroupEvent } from './harness/event.ts';
import type { SimTopics } from './harness/topics.ts';
import type { SimMember } from './members/sim-member.ts';

/** An invariant of groups, by the name that the reliability table gives it. */
export interface GroupRule {
  readonly row: string;
  readonly promise: string;
  /** For one run. */
  inspect(): GroupInspection;
}

export interface GroupInspection {
  /** After each step. */
  see(event: GroupEvent): void;
  /** The noise is over, and the time that groups may take to settle too. */
  atRest(rest: Rest): void;
  verdict(): Verdict;
}

/** What there is when all should be quiet. */
export interface Rest {
  readonly members: readonly SimMember[];
  readonly groups: readonly DescribedGroupInput[];
  readonly topics: SimTopics;
  readonly afterMs: number;
}
