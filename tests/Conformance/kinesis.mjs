// Walks through Kinesis with the AWS SDK for JavaScript v3 and its default handler (HTTP/2): node kinesis.mjs http://127.0.0.1:4566
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kinesis";

const kinesis = new sdk.KinesisClient({
  endpoint: process.argv[2],
  region: "us-east-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  maxAttempts: 1,
});
const call = (name, input = {}) => kinesis.send(new sdk[`${name}Command`](input));
const fails = (error, name, input) => assert.rejects(call(name, input), (e) => e instanceof sdk[error] || e.name === error);

assert.equal(kinesis.config.requestHandler.metadata.handlerProtocol, "h2");

await call("CreateStream", { StreamName: "s", ShardCount: 2, Tags: { a: "1" } });
await sdk.waitUntilStreamExists({ client: kinesis, minDelay: 1, maxWaitTime: 5 }, { StreamName: "s" });
const { StreamDescription: stream } = await call("DescribeStream", { StreamName: "s" });
assert.equal(stream.Shards[1].HashKeyRange.StartingHashKey, (2n ** 127n).toString());
assert.ok(Math.abs(stream.StreamCreationTimestamp - Date.now()) < 60_000);
await fails("ResourceInUseException", "CreateStream", { StreamName: "s", ShardCount: 1 });
await fails("ResourceNotFoundException", "DescribeStream", { StreamName: "none" });
await fails("InvalidArgumentException", "GetRecords", { ShardIterator: "bm9uZQ==" });

const data = Uint8Array.from({ length: 256 }, (_, i) => i);
const put = await call("PutRecord", { StreamName: "s", Data: data, PartitionKey: 'schlüssel "ä" 中', ExplicitHashKey: "0" });
const answer = await call("PutRecords", {
  StreamARN: stream.StreamARN,
  Records: Array.from({ length: 500 }, (_, i) => ({ Data: new TextEncoder().encode(`${i}`), PartitionKey: "k", ExplicitHashKey: "0" })),
});
assert.equal(answer.FailedRecordCount, 0);
const { ShardIterator } = await call("GetShardIterator", {
  StreamName: "s", ShardId: put.ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: put.SequenceNumber,
});
const read = await call("GetRecords", { ShardIterator, Limit: 3 });
assert.deepEqual(read.Records[0].Data, data);
assert.equal(read.Records[0].PartitionKey, 'schlüssel "ä" 中');
assert.deepEqual(read.Records.slice(1).map((r) => new TextDecoder().decode(r.Data)), ["0", "1"]);

// Many calls at once share one connection.
const many = await Promise.all(Array.from({ length: 50 }, () => call("DescribeStreamSummary", { StreamName: "s" })));
assert.ok(many.every((m) => m.StreamDescriptionSummary.OpenShardCount === 2));

const { Consumer } = await call("RegisterStreamConsumer", { StreamARN: stream.StreamARN, ConsumerName: "c" });
const { EventStream } = await call("SubscribeToShard", {
  ConsumerARN: Consumer.ConsumerARN, ShardId: put.ShardId, StartingPosition: { Type: "TRIM_HORIZON" },
});
const pushed = [];
let last;
for await (const event of EventStream) {
  last = event.SubscribeToShardEvent;
  assert.ok(last.ContinuationSequenceNumber);
  pushed.push(...last.Records);
  if (pushed.length === 501) {
    await call("PutRecord", { StreamName: "s", Data: new TextEncoder().encode("late"), PartitionKey: "k", ExplicitHashKey: "0" });
  }
  if (pushed.length === 502 && !last.ChildShards) {
    await call("SplitShard", { StreamName: "s", ShardToSplit: put.ShardId, NewStartingHashKey: "1000" });
  }
}
assert.deepEqual(pushed[0].Data, data);
assert.equal(new TextDecoder().decode(pushed[501].Data), "late");
assert.equal(pushed.length, 502);
assert.deepEqual(last.ChildShards.map((c) => c.ShardId), ["shardId-000000000002", "shardId-000000000003"]);

let shards = 0;
for await (const page of sdk.paginateListStreamConsumers({ client: kinesis }, { StreamARN: stream.StreamARN })) {
  shards += page.Consumers.length;
}
assert.equal(shards, 1);
await call("DeleteStream", { StreamName: "s", EnforceConsumerDeletion: true });
kinesis.destroy();
console.log("every answer was understood");
