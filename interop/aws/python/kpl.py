"""Records aggregated as by the KPL, by AWS' own library, through the door and back; what came of it is printed as JSON."""

import base64
import json
import os
import sys

import boto3
from aws_kinesis_agg.aggregator import RecordAggregator
from aws_kinesis_agg.deaggregator import iter_deaggregate_records

ALL_BYTES = bytes(range(256))
LARGE_COUNT = 900
stream = sys.argv[1]
kinesis = boto3.client("kinesis")


def aggregate(user_records):
    aggregator = RecordAggregator()
    for key, hash_key, data in user_records:
        if aggregator.add_user_record(key, data, hash_key) is not None:
            raise RuntimeError("they do not fit into one record")
    return aggregator.clear_and_get().get_contents()


def deaggregated(records):
    for record in iter_deaggregate_records(records, data_format="Boto3"):
        user = record["kinesis"]
        # The library gives it as Lambda would.
        data = base64.b64decode(user["data"])
        yield user["partitionKey"], user["explicitHashKey"], data, user["subSequenceNumber"]


small = [("ключ", "0", ALL_BYTES), ("other", "340282366920938463463374607431768211455", b""), ("ключ", "0", b"again")]
large = [(f"key-{number % 7}", str(number), os.urandom(1_000)) for number in range(LARGE_COUNT)]
kinesis.create_stream(StreamName=stream, ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
written = []
for user_records in (small, large):
    key, hash_key, data = aggregate(user_records)
    written.append(data)
    kinesis.put_record(StreamName=stream, PartitionKey=key, ExplicitHashKey=hash_key, Data=data)
both = [{"PartitionKey": "k", "Data": data} for data in written]
failed = kinesis.put_records(StreamName=stream, Records=both)["FailedRecordCount"]

shard_id = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
expected = [(*user, number) for users in (small, large) * 2 for number, user in enumerate(users)]
print(json.dumps({
    "failed": failed,
    "isByteEqual": [record["Data"] for record in records] == written * 2,
    "userRecords": len(expected),
    "isDeaggregated": list(deaggregated(records)) == expected,
}))
