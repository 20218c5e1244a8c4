import { addOffsetsToTxnRequestCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-request';
import { addOffsetsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-response';
import { addPartitionsToTxnRequestCodec } from '@sluice/protocol/generated/messages/add-partitions-to-txn-request';
import { addPartitionsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-partitions-to-txn-response';
import { describeProducersRequestCodec } from '@sluice/protocol/generated/messages/describe-producers-request';
import { describeProducersResponseCodec } from '@sluice/protocol/generated/messages/describe-producers-response';
import { describeTransactionsRequestCodec } from '@sluice/protocol/generated/messages/describe-transactions-request';
import { describeTransactionsResponseCodec } from '@sluice/protocol/generated/messages/describe-transactions-response';
import { endTxnRequestCodec } from '@sluice/protocol/generated/messages/end-txn-request';
import { endTxnResponseCodec } from '@sluice/protocol/generated/messages/end-txn-response';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import { listTransactionsRequestCodec } from '@sluice/protocol/generated/messages/list-transactions-request';
import { listTransactionsResponseCodec } from '@sluice/protocol/generated/messages/list-transactions-response';
import { txnOffsetCommitRequestCodec } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import { txnOffsetCommitResponseCodec } from '@sluice/protocol/generated/messages/txn-offset-commit-response';
import { writeTxnMarkersRequestCodec } from '@sluice/protocol/generated/messages/write-txn-markers-request';
import { writeTxnMarkersResponseCodec } from '@sluice/protocol/generated/messages/write-txn-markers-response';

/* What a test client asks about transactions. */

export const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };
export const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
export const ADD_PARTITIONS = { request: addPartitionsToTxnRequestCodec, response: addPartitionsToTxnResponseCodec };
export const ADD_OFFSETS = { request: addOffsetsToTxnRequestCodec, response: addOffsetsToTxnResponseCodec };
export const END_TXN = { request: endTxnRequestCodec, response: endTxnResponseCodec };
export const WRITE_MARKERS = { request: writeTxnMarkersRequestCodec, response: writeTxnMarkersResponseCodec };
export const TXN_OFFSET_COMMIT = { request: txnOffsetCommitRequestCodec, response: txnOffsetCommitResponseCodec };
export const DESCRIBE_PRODUCERS = { request: describeProducersRequestCodec, response: describeProducersResponseCodec };
export const DESCRIBE_TRANSACTIONS = {
  request: describeTransactionsRequestCodec,
  response: describeTransactionsResponseCodec,
};
export const LIST_TRANSACTIONS = { request: listTransactionsRequestCodec, response: listTransactionsResponseCodec };
