"""A queue of a stream with boto3: its records received, acknowledged, set aside and restored. What came of it is printed as JSON."""

import base64
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

DATA = bytes(range(256))
stream = sys.argv[1]
kinesis = boto3.client("kinesis")


def wait_for(describe, name, status):
    while True:
        described = describe()
        if described[name] == status:
            return described
        time.sleep(0.05)


def handles(records):
    return [{"ReceiptHandle": record["ReceiptHandle"]} for record in records]


def receive(count):
    records = []
    while len(records) < count:
        records += kinesis.receive_queue_records(QueueARN=arn, WaitTimeSeconds=20)["QueueRecords"]
    return records


kinesis.create_stream(StreamName=stream, StreamModeDetails={"StreamMode": "ON_DEMAND"})
summary = wait_for(
    lambda: kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"], "StreamStatus", "ACTIVE"
)
created = kinesis.create_queue(
    QueueName=f"{stream}-queue",
    StreamConfigurationList=[{"StreamARN": summary["StreamARN"], "StartingPosition": {"Type": "TRIM_HORIZON"}}],
    QueueAttributes={
        "VisibilityTimeoutSeconds": 60,
        "DeadLetterConfiguration": {"TargetType": "BUILT_IN", "MaxReceiveCount": 1},
    },
    Tags={"team": "walkers"},
)["QueueDescription"]
arn = created["QueueARN"]
wait_for(lambda: kinesis.describe_queue(QueueARN=arn)["QueueDescription"], "QueueStatus", "ACTIVE")
kinesis.update_queue(QueueARN=arn, QueueAttributes={"VisibilityTimeoutSeconds": 120})
updated = wait_for(lambda: kinesis.describe_queue(QueueARN=arn)["QueueDescription"], "QueueStatus", "ACTIVE")
kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": f"ключ {n}", "Data": DATA} for n in range(12)])
records = receive(12)
kept, *done = records
failed = []
for first in range(0, len(done), 10):
    failed += kinesis.acknowledge_queue_records(QueueARN=arn, Entries=handles(done[first:first + 10]))["Failed"]
entry = {**handles([kept])[0], "VisibilityTimeoutSeconds": 0}
failed += kinesis.update_queue_records_visibility(QueueARN=arn, Entries=[entry])["Failed"]
dead = []
while not dead:
    dead = kinesis.receive_dead_letter_queue_records(QueueARN=arn, WaitTimeSeconds=5)["QueueRecords"]
entry = {**handles(dead)[0], "VisibilityTimeoutSeconds": 30}
failed += kinesis.update_dead_letter_queue_records_visibility(QueueARN=arn, Entries=[entry])["Failed"]
failed += kinesis.restore_dead_letter_queue_records(QueueARN=arn, Entries=handles(dead))["Failed"]
restored = receive(1)
failed += kinesis.acknowledge_queue_records(QueueARN=arn, Entries=handles(restored))["Failed"]
wrong = kinesis.acknowledge_dead_letter_queue_records(QueueARN=arn, Entries=[{"ReceiptHandle": "none"}])["Failed"]
listed = kinesis.list_queues(StreamFilter=[{"StreamARN": summary["StreamARN"]}])["QueueSummaries"]
tags = kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"]
try:
    kinesis.delete_stream(StreamName=stream)
    refusal = None
except ClientError as error:
    refusal = error.response["Error"]["Code"]
kinesis.delete_queue(QueueARN=arn)
print(json.dumps({
    "created": created["QueueStatus"],
    "visibility": updated["QueueAttributes"]["VisibilityTimeoutSeconds"],
    "keys": sorted(record["PartitionKey"] for record in records),
    "data": sorted({base64.b64encode(record["Data"]).decode() for record in records}),
    "counts": [[record["ReceiveCount"] for record in each] for each in ([kept], dead, restored)],
    "ids": len({record["RecordId"] for record in [*records, *dead, *restored]}),
    "failed": failed,
    "wrong": [each["ErrorCode"] for each in wrong],
    "listed": [queue["QueueName"] for queue in listed],
    "tags": tags,
    "refusal": refusal,
}))
