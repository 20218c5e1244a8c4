/*
 * ReadShareGroupStateSummary (87), versions 0–1.
 *
 * - Between brokers: where a share group stands, for DescribeShareGroupOffsets. Where nothing was begun that is −1.
 * - A request without a group, or that names a topic without partitions, has an empty answer.
 * - v1: how many records are done with above the start offset (KIP-1226).
 */
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { readShareGroupStateSummaryRequestCodec } from '@sluice/protocol/generated/messages/read-share-group-state-summary-request';
import { readShareGroupStateSummaryResponseCodec } from '@sluice/protocol/generated/messages/read-share-group-state-summary-response';
import { defineApi } from '../define-api.ts';

export function readShareGroupStateSummaryApi({ shareState }: { shareState: ShareCoordinator }) {
  return defineApi({
    request: readShareGroupStateSummaryRequestCodec,
    response: readShareGroupStateSummaryResponseCodec,
    handle: (request) => shareState.readStateSummary(request),
  });
}
