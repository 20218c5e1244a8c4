"""One walk through Kinesis with boto3; what it saw is printed as JSON. CONTRACT.md says what."""

import base64
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

DATA = bytes(range(256))
stream = sys.argv[1]
config = Config(retries={"total_max_attempts": 1})
kinesis = boto3.client("kinesis", config=config)


def refusal(ask):
    try:
        ask()
    except ClientError as error:
        told = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"name": told["Code"], "status": status, "message": told["Message"]}
    raise RuntimeError("it was not refused")


def summary():
    return kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]


def subscribe(arn, shard_id):
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="walker")["Consumer"]
    while True:
        try:
            answer = kinesis.subscribe_to_shard(
                ConsumerARN=consumer["ConsumerARN"],
                ShardId=shard_id,
                StartingPosition={"Type": "TRIM_HORIZON"},
            )
            break
        except kinesis.exceptions.ResourceInUseException:
            time.sleep(0.05)
    for event in answer["EventStream"]:
        for record in event["SubscribeToShardEvent"]["Records"]:
            answer["EventStream"].close()
            return base64.b64encode(record["Data"]).decode()


kinesis.create_stream(StreamName=stream, ShardCount=2)
while summary()["StreamStatus"] != "ACTIVE":
    time.sleep(0.05)
put = kinesis.put_record(StreamName=stream, PartitionKey="ключ", Data=DATA)
iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
record = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"][0]
stranger = boto3.client("kinesis", config=config, aws_secret_access_key="wrong",
                        aws_access_key_id=boto3.Session().get_credentials().access_key)
described = summary()
print(json.dumps({
    "openShards": described["OpenShardCount"],
    "isListed": stream in kinesis.list_streams()["StreamNames"],
    "shardIds": [shard["ShardId"] for shard in kinesis.list_shards(StreamName=stream)["Shards"]],
    "arn": described["StreamARN"],
    "isSameSequenceNumber": put["SequenceNumber"] == record["SequenceNumber"],
    "partitionKey": record["PartitionKey"],
    "data": base64.b64encode(record["Data"]).decode(),
    "arrivedMs": round(record["ApproximateArrivalTimestamp"].timestamp() * 1000),
    "subscribed": subscribe(described["StreamARN"], put["ShardId"]),
    "notFound": refusal(lambda: kinesis.describe_stream_summary(StreamName="nowhere")),
    "invalid": refusal(lambda: kinesis.describe_stream_summary(StreamName="no good")),
    "wrongSecret": refusal(lambda: stranger.list_streams()),
}))
