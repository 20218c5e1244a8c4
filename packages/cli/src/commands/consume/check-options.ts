import { CliFailure } from '../../failure.ts';
import type { ConsumeGroupOptions, ConsumeOptions, ConsumeShareGroupOptions } from './consume-options.ts';

// Options that make no sense together are refused here, before anybody is asked anything.

/** Without a group: one topic. */
export function onlyTopic([topic, ...others]: readonly string[], options: ConsumeOptions): string {
  refuseShareOptions(options);
  if (options.include !== undefined || options.groupProtocol !== undefined) {
    throw new CliFailure('usage', '--include and --group-protocol are for members of a group', 'name one with --group');
  }
  if (topic === undefined) throw new CliFailure('usage', "missing required argument 'topic'", 'see --help');
  if (others.length > 0) {
    throw new CliFailure(
      'usage',
      'several topics can only be read as a member of a group',
      'name one with --group or --share-group',
    );
  }
  return topic;
}

export function groupOptions(
  topics: readonly string[],
  options: ConsumeOptions & { readonly group: string },
): ConsumeGroupOptions {
  const { from, partition, group, groupProtocol = 'classic', include } = options;
  refuseShareOptions(options);
  requireName(group);
  requireTopics(topics, include);
  if (partition !== undefined) {
    throw new CliFailure('usage', '--partition and --group exclude each other: a group shares out partitions itself');
  }
  if (from.kind !== 'beginning' && from.kind !== 'end') {
    throw new CliFailure(
      'usage',
      'with --group, --from is beginning or end',
      '`sluice group reset-offsets` moves a group to an offset or a time',
    );
  }
  const { from: _from, partition: _partition, ...others } = options;
  return { ...others, group, groupProtocol, from: from.kind };
}

/** @param isFromGiven whether --from was given: it has a default. */
export function shareGroupOptions(
  topics: readonly string[],
  options: ConsumeOptions & { readonly shareGroup: string },
  isFromGiven: boolean,
): ConsumeShareGroupOptions {
  const { group, shareGroup, include, idle } = options;
  if (group !== undefined) {
    throw new CliFailure('usage', '--group and --share-group exclude each other', 'give one of the two');
  }
  requireName(shareGroup);
  requireTopics(topics, include);
  if (options.partition !== undefined || options.groupProtocol !== undefined) {
    throw new CliFailure('usage', '--partition and --group-protocol are not for share groups', 'leave them out');
  }
  if (isFromGiven) {
    throw new CliFailure(
      'usage',
      'where a share group begins is a setting of the group, not --from',
      '`sluice share-group reset-offsets` moves one; `sluice config set group … share.auto.offset.reset=earliest` ' +
        'is for new ones',
    );
  }
  if (options.untilEnd) {
    throw new CliFailure(
      'usage',
      'a share group has no --until-end: others may give back what they took',
      '--idle 5s ends when nothing has come for so long',
    );
  }
  const { json, bootstrap, timeout, format, keySeparator, count } = options;
  return {
    ...{ bootstrap, timeout, format, keySeparator, shareGroup },
    ...(json === undefined ? {} : { json }),
    ...(count === undefined ? {} : { count }),
    ...(include === undefined ? {} : { include }),
    ...(idle === undefined ? {} : { idleMs: idle }),
    acknowledgement: acknowledgementOf(options),
  };
}

function acknowledgementOf({ accept, release, reject }: ConsumeOptions): 'accept' | 'release' | 'reject' {
  if ([accept, release, reject].filter((each) => each === true).length > 1) {
    throw new CliFailure('usage', '--accept, --release and --reject exclude each other', 'give one of them');
  }
  if (release) return 'release';
  return reject ? 'reject' : 'accept';
}

function refuseShareOptions({ accept, release, reject, idle }: ConsumeOptions): void {
  if (!accept && !release && !reject && idle === undefined) return;
  throw new CliFailure(
    'usage',
    '--accept, --release, --reject and --idle are for members of a share group',
    'name one with --share-group',
  );
}

function requireName(group: string): void {
  if (group === '') throw new CliFailure('usage', 'the name of the group is empty', 'give it one');
}

function requireTopics(topics: readonly string[], include: RegExp | undefined): void {
  if ((include === undefined) !== (topics.length === 0)) return;
  throw new CliFailure('usage', 'it was not said what to read', 'give either topics or --include');
}
