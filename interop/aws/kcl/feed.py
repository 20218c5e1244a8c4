"""Writes to a stream until it is told to stop, and reshards it, by boto3 and aws_kinesis_agg; commands and answers are lines.

A value is a number in ASCII; each key counts from 0. Every other round of puts is aggregated, as by the KPL: all user
records of an aggregated record have one key, since the KPL too keeps an aggregated record within a shard.
"""

import json
import sys
import threading
import time

import boto3
from aws_kinesis_agg.aggregator import RecordAggregator

KEYS = [f"key-{number}" for number in range(12)]
AGGREGATED_COUNT = 5
PLAIN_COUNT = 3
PAUSE_S = 0.05
stream = sys.argv[1]
kinesis = boto3.client("kinesis")
counts = {key: 0 for key in KEYS}
stopped = threading.Event()


def tell(**answer):
    print(json.dumps(answer), flush=True)


def values(key, count):
    first = counts[key]
    return [str(value).encode() for value in range(first, first + count)]


def put_plain():
    records = [{"PartitionKey": key, "Data": data} for key in KEYS for data in values(key, PLAIN_COUNT)]
    answer = kinesis.put_records(StreamName=stream, Records=records)
    if answer["FailedRecordCount"] > 0:
        raise RuntimeError(f"records failed: {answer}")
    for key in KEYS:
        counts[key] += PLAIN_COUNT


def put_aggregated():
    for key in KEYS:
        aggregator = RecordAggregator()
        for data in values(key, AGGREGATED_COUNT):
            aggregator.add_user_record(key, data)
        _, _, data = aggregator.clear_and_get().get_contents()
        kinesis.put_record(StreamName=stream, PartitionKey=key, Data=data)
        counts[key] += AGGREGATED_COUNT


def write():
    while not stopped.is_set():
        put_plain()
        time.sleep(PAUSE_S)
        put_aggregated()
        time.sleep(PAUSE_S)


def until_active():
    while kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
        time.sleep(0.05)


def split(shard_id):
    shard = next(shard for shard in kinesis.list_shards(StreamName=stream)["Shards"] if shard["ShardId"] == shard_id)
    hashes = shard["HashKeyRange"]
    middle = (int(hashes["StartingHashKey"]) + int(hashes["EndingHashKey"])) // 2
    kinesis.split_shard(StreamName=stream, ShardToSplit=shard_id, NewStartingHashKey=str(middle))


def listed(shard):
    parents = [shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard]
    is_closed = "EndingSequenceNumber" in shard["SequenceNumberRange"]
    return {"shardId": shard["ShardId"], "parents": parents, "isClosed": is_closed}


kinesis.create_stream(StreamName=stream, ShardCount=2)
until_active()
writer = threading.Thread(target=write, daemon=True)
writer.start()
tell(kind="writes")
for line in sys.stdin:
    name, *arguments = line.split()
    if name == "split":
        split(*arguments)
    elif name == "merge":
        kinesis.merge_shards(StreamName=stream, ShardToMerge=arguments[0], AdjacentShardToMerge=arguments[1])
    elif name == "stop":
        until_active()
        stopped.set()
        writer.join()
        shards = [listed(shard) for shard in kinesis.list_shards(StreamName=stream)["Shards"]]
        tell(kind="stopped", counts=counts, shards=shards)
        break
    if not writer.is_alive():
        raise RuntimeError("the writer has failed")
