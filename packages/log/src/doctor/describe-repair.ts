import type { Finding } from './finding.ts';
import { describeOffsets } from './promise.ts';

/** What a repair has done about a finding, in the past tense. */
export function describeRepair({ action }: Finding): string {
  switch (action?.kind) {
    case undefined:
      return 'nothing';
    case 'clear-leftovers':
      return 'finished what was interrupted, or took it back';
    case 'restore-journal':
      return 'put what the journal has into the logs, and set the journal aside';
    case 'cut-tail':
      return `cut it at position ${action.position}; what was behind that is set aside`;
    case 'patch-header':
      return `wrote ${action.patches.length === 1 ? 'the header' : `${action.patches.length} headers`} as it was; the old bytes are set aside`;
    case 'replace-range':
      return `gave up ${describeOffsets(action.offsets)}, as was agreed; the old bytes are set aside`;
    case 'rebuild-indexes':
      return "made the segment's indexes again; the old ones are set aside";
    case 'rebuild-snapshot':
      return 'made it again from the log; the old one is set aside';
    case 'rebuild-epochs':
      return 'made it again from the batches; the old one is set aside';
    case 'restore-partition-metadata':
      return `wrote it again, for topic ${action.topicId}`;
    case 'set-aside-file':
    case 'set-aside-partition':
      return 'set it aside';
    case 'rebuild-checkpoint':
      return 'made it again from what the logs hold; the old one is set aside';
  }
}
