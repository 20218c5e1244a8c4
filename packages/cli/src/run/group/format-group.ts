import type { GroupDescription, GroupMember } from '@sluice/client/group-description';
import type { Look, Style } from '../../output/style.ts';
import { formatCount, plural } from '../../output/units.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { GroupLag } from './group-lag.ts';

const MISSING_TOPICS_SHOWN_MAX = 5;

/** The state with what it means for whoever waits for the group to read on. */
export function describeState({ group, lag }: GroupLag): string {
  switch (group.state) {
    case 'Empty':
      return lag > 0
        ? `Empty: no active member, while ${plural(lag, 'record')} ${lag === 1 ? 'waits' : 'wait'}`
        : 'Empty: no active member';
    case 'Dead':
      return 'Dead: being removed';
    case 'PreparingRebalance':
      return 'PreparingRebalance: members are joining or leaving';
    case 'CompletingRebalance':
    case 'Assigning':
      return `${group.state}: partitions are being assigned`;
    case 'Reconciling':
      return 'Reconciling: members are taking over their partitions';
    default:
      return group.state;
  }
}

export function stateLook({ group, lag }: GroupLag): Look {
  if (group.state === 'Stable') return 'green';
  return group.state === 'Empty' && lag > 0 ? 'red' : 'yellow';
}

/** What every description of a group begins with. */
export function groupPairs(lagging: GroupLag, style: Style): [string, string | number][] {
  const { group, coordinatorAddress } = lagging;
  return [
    ['Group', style('cyan', visibleText(group.groupId))],
    ['State', style(stateLook(lagging), describeState(lagging))],
    ['Type', describeType(group)],
    ['Coordinator', `broker ${group.coordinator} on ${coordinatorAddress}`],
    ['Assignor', group.assignor === '' ? 'none' : visibleText(group.assignor)],
    ...epochPairs(group),
    ['Members', describeMembers(group)],
    ...missingPairs(lagging, style),
  ];
}

/** Connect and other programs use classic groups for purposes of their own. */
function describeType({ type, protocolType }: GroupDescription): string {
  if (type === 'share') return type;
  if (protocolType === '') return `${type}, without members so far`;
  return protocolType === 'consumer' ? type : `${type}, of ${visibleText(protocolType)}`;
}

function epochPairs({ groupEpoch, assignmentEpoch, members }: GroupDescription): [string, string][] {
  if (groupEpoch === null || assignmentEpoch === null) return [];
  const behind =
    groupEpoch === assignmentEpoch || members.length === 0 ? '' : `, assignment still of ${assignmentEpoch}`;
  return [['Epoch', `${groupEpoch}${behind}`]];
}

/** Members that wait for a topic that nobody makes again look as healthy as others. */
function missingPairs({ missingTopics }: GroupLag, style: Style): [string, string][] {
  if (missingTopics.length === 0) return [];
  const shown = missingTopics.slice(0, MISSING_TOPICS_SHOWN_MAX).map(visibleText).join(', ');
  const more = missingTopics.length - MISSING_TOPICS_SHOWN_MAX;
  const text = `${shown}${more > 0 ? ` and ${plural(more, 'other')}` : ''}: subscribed to, but no such topic exists`;
  return [['Missing', style('yellow', text)]];
}

function describeMembers({ members }: GroupDescription): string {
  const idle = members.filter(({ assignment }) => assignment.length === 0).length;
  return idle === 0
    ? formatCount(members.length)
    : `${formatCount(members.length)}, ${idle} of them without partitions`;
}

/** Kafka's brokers put a slash before an address that they have no name for. */
export function hostOf({ host }: GroupMember): string {
  return visibleText(host.replace(/^\//, ''));
}
