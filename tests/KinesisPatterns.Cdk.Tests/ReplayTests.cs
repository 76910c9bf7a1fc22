using System.Text.Json;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.S3;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;

namespace KinesisPatterns.Cdk.Tests;

public sealed class ReplayTests
{
    private readonly Stack _stack = new();
    private readonly ReplayProps _props;

    public ReplayTests() => _props = new()
    {
        Source = new DataStream(_stack, "Events"),
        Archive = new Bucket(_stack, "Archive"),
        Folder = "events",
        Projection = new PublishedFunction(_stack, "Projection", Published.Function).Function,
        Query = new PublishedFunction(_stack, "Query", Published.Function).Function,
        ReadModel = Table("ReadModel"),
        Index = "orders-of-customer",
    };

    [Fact]
    public void Both_functions_read_which_table_is_the_read_model()
    {
        new Replay(_stack, "Replay", _props);

        _stack.ShouldHave("AWS::DynamoDB::GlobalTable", """{ "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] }""");
        var functions = _stack.All("AWS::Lambda::Function");
        Assert.Equal(2, functions.Length);
        Assert.All(functions, function => Assert.Contains("READ_MODELS_TABLE_NAME", function.GetRawText(), StringComparison.Ordinal));
        Assert.Equal(["dynamodb:GetItem"], Allowed("Projection"));
        Assert.Equal(["dynamodb:GetItem"], Allowed("Query"));
        _stack.ShouldCount("AWS::StepFunctions::StateMachine", 0);
    }

    [Fact]
    public void A_table_that_takes_over_is_written_by_the_projection_and_read_by_the_queries()
    {
        new Replay(_stack, "Replay", _props with { Next = new(Table("Next"), Published.Function) });

        Assert.Equal(["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:PutItem"], Allowed("Projection"));
        Assert.Equal(["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:Query"], Allowed("Query"));
    }

    [Fact]
    public void The_replay_reads_the_events_and_writes_the_new_table_only()
    {
        new Replay(_stack, "Replay", _props with { Next = new(Table("Next"), Published.Function) });

        Assert.Equal(
            [
                "dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:Scan",
                "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards", "s3:GetObject", "s3:ListBucket",
            ],
            Allowed("ReplayFunction"));
        _stack.ShouldHave("AWS::Lambda::Function", """{ "Timeout": 900, "Environment": { "Variables": { "ARCHIVE_PREFIX": "events/data/" } } }""");
    }

    [Fact]
    public void One_invocation_follows_the_other_until_everything_is_there()
    {
        new Replay(_stack, "Replay", _props with { Next = new(Table("Next"), Published.Function) });

        var parts = _stack.Only("AWS::StepFunctions::StateMachine").GetProperty("Properties").GetProperty("DefinitionString").GetProperty("Fn::Join")[1];
        var definition = string.Concat(parts.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.String).Select(part => part.GetString()));
        Assert.Contains(
            """
            "Choices":[{"Variable":"$.done","BooleanEquals":false,"Next":"Slice"}],"Default":"Complete"
            """.Trim(),
            definition,
            StringComparison.Ordinal);
        _stack.ShouldHave("AWS::StepFunctions::StateMachine", """{ "LoggingConfiguration": { "Level": "ALL" }, "TracingConfiguration": { "Enabled": true } }""");
    }

    private TableV2 Table(string id) => new(_stack, id, new TablePropsV2
    {
        PartitionKey = new Attribute { Name = "id", Type = AttributeType.STRING },
    });

    // What the role of a function is allowed besides logs and traces.
    private string[] Allowed(string function) =>
    [
        .. _stack.All("AWS::IAM::Policy")
            .Where(policy => policy.GetProperty("Properties").GetProperty("PolicyName").GetString()!.StartsWith($"{function}Role", StringComparison.Ordinal))
            .SelectMany(policy => policy.GetProperty("Properties").GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray())
            .SelectMany(statement => statement.GetProperty("Action") is { ValueKind: JsonValueKind.Array } many
                ? many.EnumerateArray().Select(one => one.GetString()!)
                : [statement.GetProperty("Action").GetString()!])
            .Where(action => !action.StartsWith("logs:", StringComparison.Ordinal) && !action.StartsWith("xray:", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
