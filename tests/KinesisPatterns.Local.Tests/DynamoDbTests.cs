using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace KinesisPatterns.Local.Tests;

/// <summary>DynamoDB as the unmodified AWS SDK sees it.</summary>
public sealed class DynamoDbTests
{
    [Fact]
    public async Task A_table_of_the_template_takes_and_gives_items()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (stack, host) = await TestStack.StartAsync("""
            {
              "Series": {
                "Type": "AWS::DynamoDB::GlobalTable",
                "Properties": {
                  "AttributeDefinitions": [{ "AttributeName": "device", "AttributeType": "S" }, { "AttributeName": "item", "AttributeType": "S" }],
                  "KeySchema": [{ "AttributeName": "device", "KeyType": "HASH" }, { "AttributeName": "item", "KeyType": "RANGE" }],
                  "BillingMode": "PAY_PER_REQUEST",
                  "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
                  "Replicas": [{ "Region": { "Ref": "AWS::Region" } }]
                }
              }
            }
            """);
        await using var running = stack;
        using var table = new AmazonDynamoDBClient(
            new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = host.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
        var item = new Dictionary<string, AttributeValue> { ["device"] = new("m1"), ["item"] = new("latest#temperature"), ["value"] = new() { N = "21.5" } };

        await table.PutItemAsync("Demo-Series", item, cancellation);
        var refused = await Assert.ThrowsAsync<ConditionalCheckFailedException>(() => table.PutItemAsync(
            new() { TableName = "Demo-Series", Item = item, ConditionExpression = "attribute_not_exists(device)" }, cancellation));
        var got = await table.GetItemAsync("Demo-Series", new() { ["device"] = new("m1"), ["item"] = new("latest#temperature") }, cancellation);

        Assert.Equal("21.5", got.Item["value"].N);
        Assert.NotNull(refused);
    }
}
