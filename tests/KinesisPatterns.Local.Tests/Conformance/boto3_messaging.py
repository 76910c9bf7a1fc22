"""Walks through SQS, SNS and what KCL calls with boto3 against the address given: python3 boto3_messaging.py http://127.0.0.1:4566"""
import json
import sys

import boto3
from botocore.config import Config

options = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
               config=Config(retries={"max_attempts": 1}))
sqs, sns = boto3.client("sqs", **options), boto3.client("sns", **options)


def fails(error, call, **arguments):
    try:
        call(**arguments)
    except error as e:
        return e.response["Error"]
    raise AssertionError(f"{call.__name__} did not fail with {error.__name__}")


url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "5"}, tags={"a": "1"})["QueueUrl"]
assert sqs.get_queue_url(QueueName="q")["QueueUrl"] == url
assert sqs.list_queues()["QueueUrls"] == [url]
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["QueueArn"]
sent = sqs.send_message(QueueUrl=url, MessageBody="one ä", MessageAttributes={
    "n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}})
assert sent["MD5OfMessageAttributes"]
got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"], WaitTimeSeconds=1)["Messages"]
assert [m["Body"] for m in got] == ["one ä"] and got[0]["MessageAttributes"]["b"]["BinaryValue"] == b"\x00\x01"
assert got[0]["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"], VisibilityTimeout=0)
got = sqs.receive_message(QueueUrl=url)["Messages"]
sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
batch = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": f"m{i}"} for i in range(10)])
assert len(batch["Successful"]) == 10 and not batch.get("Failed")
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
assert sorted(m["Body"] for m in got) == sorted(f"m{i}" for i in range(10))
sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(got)])
assert "Messages" not in sqs.receive_message(QueueUrl=url)
assert fails(sqs.exceptions.QueueDoesNotExist, sqs.get_queue_url, QueueName="none")["Code"] == "AWS.SimpleQueueService.NonExistentQueue"

topic = sns.create_topic(Name="t")["TopicArn"]
assert [t["TopicArn"] for t in sns.list_topics()["Topics"]] == [topic]
subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps({"kind": ["big"]})})["SubscriptionArn"]
assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["Endpoint"] == arn
assert [s["Endpoint"] for s in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]] == [arn]
sns.publish(TopicArn=topic, Message="dropped", MessageAttributes={"kind": {"DataType": "String", "StringValue": "small"}})
published = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
    {"Id": "a", "Message": "told & heard", "Subject": "s", "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "big"}}}])
assert [s["Id"] for s in published["Successful"]] == ["a"]
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
envelope = json.loads(got[0]["Body"])
assert len(got) == 1 and (envelope["Message"], envelope["Subject"], envelope["TopicArn"]) == ("told & heard", "s", topic)
sns.unsubscribe(SubscriptionArn=subscription)
fails(sns.exceptions.NotFoundException, sns.publish, TopicArn=topic + "x", Message="x")
fails(sns.exceptions.InvalidParameterException, sns.publish, TopicArn=topic, Message="")
sns.delete_topic(TopicArn=topic)
sqs.purge_queue(QueueUrl=url)
sqs.delete_queue(QueueUrl=url)

boto3.client("cloudwatch", **options).put_metric_data(Namespace="app", MetricData=[{"MetricName": "RecordsProcessed", "Value": 1}])
print("every answer was understood")
