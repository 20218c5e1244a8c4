import { groupRecordSerde } from '@sluice/coordinator/group/group-record-serde';
import type { RecordSerde } from '@sluice/coordinator/runtime/coordinator-shard';
import { transactionRecordSerde } from '@sluice/coordinator/transaction/transaction-record-serde';
import type { RecordDecoder } from '@sluice/log/doctor/check-records';

const DECODERS: ReadonlyMap<string, RecordDecoder> = new Map([
  ['__consumer_offsets', decoderOf(groupRecordSerde)],
  ['__transaction_state', decoderOf(transactionRecordSerde)],
]);

/** How the records of an internal topic are read by the coordinator that they belong to. */
export function internalDecoder(topic: string): RecordDecoder | undefined {
  return DECODERS.get(topic);
}

function decoderOf<Record>(serde: RecordSerde<Record>): RecordDecoder {
  return (key, value) => {
    if (key === null) return 'it has no key';
    try {
      // Of a type that is not known yet: a coordinator passes over it.
      serde.decode(key, value);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}
