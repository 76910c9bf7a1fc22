"""Walks through Kinesis and Lambda with boto3 against the address given: python3 boto3_conformance.py http://127.0.0.1:4566"""
import datetime
import sys
import time

import boto3
from botocore.config import Config

options = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
               config=Config(retries={"max_attempts": 1}))
kinesis = boto3.client("kinesis", **options)


def fails(error, call, **arguments):
    try:
        call(**arguments)
    except error as e:
        return e.response["Error"]["Message"]
    raise AssertionError(f"{call.__name__} did not fail with {error.__name__}")


kinesis.create_stream(StreamName="s", ShardCount=2, Tags={"a": "1"})
kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
description = kinesis.describe_stream(StreamName="s")["StreamDescription"]
arn = description["StreamARN"]
assert [s["ShardId"] for s in description["Shards"]] == ["shardId-000000000000", "shardId-000000000001"]
assert description["Shards"][1]["HashKeyRange"]["StartingHashKey"] == str(2 ** 127)
assert abs(description["StreamCreationTimestamp"].timestamp() - time.time()) < 60
fails(kinesis.exceptions.ResourceInUseException, kinesis.create_stream, StreamName="s", ShardCount=1)
fails(kinesis.exceptions.ResourceNotFoundException, kinesis.describe_stream, StreamName="none")

put = kinesis.put_record(StreamName="s", Data=b"one", PartitionKey="k", ExplicitHashKey="0")
assert put["ShardId"] == "shardId-000000000000" and put["SequenceNumber"].isdigit()
answer = kinesis.put_records(StreamARN=arn, Records=[
    {"Data": bytes(range(256)), "PartitionKey": "k", "ExplicitHashKey": "0"}, {"Data": b"", "PartitionKey": "schlüssel \"ä\" 中"}])
assert answer["FailedRecordCount"] == 0 and len(answer["Records"]) == 2
answer = kinesis.put_records(StreamName="s", Records=[{"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": "0"} for _ in range(500)])
assert answer["FailedRecordCount"] == 0
answer = [kinesis.put_records(StreamName="s", Records=[{"Data": b"x" * 5000, "PartitionKey": "k", "ExplicitHashKey": "0"} for _ in range(300)])
          for _ in range(1)][0]
failed = [r for r in answer["Records"] if "ErrorCode" in r]
assert answer["FailedRecordCount"] == len(failed) > 0
assert failed[0]["ErrorCode"] == "ProvisionedThroughputExceededException"

iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="AT_SEQUENCE_NUMBER",
                                      StartingSequenceNumber=put["SequenceNumber"])["ShardIterator"]
read = kinesis.get_records(ShardIterator=iterator, Limit=2)
assert [r["Data"] for r in read["Records"]] == [b"one", bytes(range(256))]
assert abs(read["Records"][0]["ApproximateArrivalTimestamp"].timestamp() - time.time()) < 60
assert read["MillisBehindLatest"] >= 0
timed = kinesis.get_shard_iterator(StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="AT_TIMESTAMP",
                                   Timestamp=datetime.datetime.now() - datetime.timedelta(hours=1))["ShardIterator"]
assert kinesis.get_records(ShardIterator=timed, Limit=1)["Records"][0]["Data"] == b"one"
fails(kinesis.exceptions.InvalidArgumentException, kinesis.get_records, ShardIterator="bm9uZQ==")

kinesis.split_shard(StreamName="s", ShardToSplit="shardId-000000000001", NewStartingHashKey=str(3 * 2 ** 126))
kinesis.merge_shards(StreamName="s", ShardToMerge="shardId-000000000002", AdjacentShardToMerge="shardId-000000000003")
assert len(kinesis.list_shards(StreamName="s")["Shards"]) == 5
assert len(kinesis.list_shards(StreamName="s", ShardFilter={"Type": "AT_LATEST"})["Shards"]) == 2
scaled = kinesis.update_shard_count(StreamName="s", TargetShardCount=4, ScalingType="UNIFORM_SCALING")
assert (scaled["CurrentShardCount"], scaled["TargetShardCount"]) == (2, 4)
summary = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]
assert summary["OpenShardCount"] == 4 and summary["EncryptionType"] == "NONE"
end = kinesis.get_shard_iterator(StreamName="s", ShardId="shardId-000000000002", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
ended = kinesis.get_records(ShardIterator=end)
assert ended.get("NextShardIterator") is None and len(ended["ChildShards"]) == 1

consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]
open_shard = kinesis.list_shards(StreamName="s", ShardFilter={"Type": "AT_LATEST"})["Shards"][0]["ShardId"]
subscription = kinesis.subscribe_to_shard(ConsumerARN=consumer["ConsumerARN"], ShardId=open_shard, StartingPosition={"Type": "LATEST"})
kinesis.put_record(StreamName="s", Data=b"pushed", PartitionKey="k", ExplicitHashKey="0")
pushed = []
for event in subscription["EventStream"]:
    pushed += [r["Data"] for r in event["SubscribeToShardEvent"]["Records"]]
    assert event["SubscribeToShardEvent"]["ContinuationSequenceNumber"]
    if pushed:
        break
assert pushed == [b"pushed"]
subscription["EventStream"].close()
assert [c["ConsumerName"] for c in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]] == ["c"]

kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
kinesis.start_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId="alias/aws/kinesis")
assert kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")["EncryptionType"] == "KMS"
kinesis.enable_enhanced_monitoring(StreamName="s", ShardLevelMetrics=["IncomingBytes"])
kinesis.add_tags_to_stream(StreamName="s", Tags={"b": "2"})
assert len(kinesis.list_tags_for_stream(StreamName="s")["Tags"]) == 2
kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
fails(kinesis.exceptions.ValidationException, kinesis.update_shard_count, StreamName="s", TargetShardCount=8, ScalingType="UNIFORM_SCALING")
assert kinesis.describe_limits()["OnDemandStreamCount"] == 1
assert kinesis.list_streams()["StreamNames"] == ["s"]

functions = boto3.client("lambda", **options)
invoked = functions.invoke(FunctionName="test", Payload=b'{"command":"echo"}', LogType="Tail")
assert invoked["Payload"].read() == b'{"command":"echo"}' and invoked["LogResult"]
assert functions.invoke(FunctionName="test", Payload=b'{"command":"throw"}')["FunctionError"] == "Unhandled"
mapping = functions.create_event_source_mapping(FunctionName="test", EventSourceArn=arn, StartingPosition="LATEST", Enabled=False)
assert functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled"
functions.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=5, Enabled=True)
assert [m["BatchSize"] for m in functions.list_event_source_mappings(FunctionName="test")["EventSourceMappings"]] == [5]
functions.delete_event_source_mapping(UUID=mapping["UUID"])
fails(functions.exceptions.ResourceNotFoundException, functions.get_event_source_mapping, UUID=mapping["UUID"])

kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)
assert kinesis.list_streams()["StreamNames"] == []
print("every answer was understood")
