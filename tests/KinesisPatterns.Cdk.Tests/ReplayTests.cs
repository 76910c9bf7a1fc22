using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.KMS;
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
    public void Tables_with_a_key_are_read_and_written_with_it()
    {
        var (old, next) = (new Key(_stack, "OldKey"), new Key(_stack, "NextKey"));

        new Replay(_stack, "Replay", _props with { ReadModel = Table("Old", old), Next = new(Table("Next", next), Published.Function) });

        Assert.Equal(["kms:Decrypt NextKey", "kms:Encrypt NextKey", "kms:GenerateDataKey* NextKey", "kms:ReEncrypt* NextKey"], Keys("Projection"));
        Assert.Equal(["kms:Decrypt NextKey"], Keys("Query"));
        Assert.Equal(
            ["kms:Decrypt NextKey", "kms:Decrypt OldKey", "kms:Encrypt NextKey", "kms:GenerateDataKey* NextKey", "kms:ReEncrypt* NextKey"],
            Keys("ReplayFunction"));
    }

    [Fact]
    public void Fails_when_the_read_model_is_to_take_over_from_itself() => Synth.ShouldFail(
        "Default/Replay: expected another table than the read model to take over, got the read model",
        () => new Replay(_stack, "Replay", _props with { Next = new(_props.ReadModel, Published.Function) }));

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

    // The newer construct has keys in stacks with a region only.
    private Table Table(string id, IKey key) => new(_stack, id, new TableProps
    {
        PartitionKey = new Attribute { Name = "id", Type = AttributeType.STRING },
        EncryptionKey = key,
    });

    // What the role of a function is allowed besides logs and traces.
    private string[] Allowed(string function) =>
    [
        .. Granted(function).Select(grant => grant.Action)
            .Where(action => !action.StartsWith("logs:", StringComparison.Ordinal) && !action.StartsWith("xray:", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private string[] Keys(string function) =>
    [
        .. Granted(function).Where(grant => grant.Action.StartsWith("kms:", StringComparison.Ordinal))
            .Select(grant => $"{grant.Action} {Regex.Match(grant.Resource, "(Old|Next)Key").Value}")
            .Order(StringComparer.Ordinal),
    ];

    private IEnumerable<(string Action, string Resource)> Granted(string function) =>
        from policy in _stack.All("AWS::IAM::Policy")
        where policy.GetProperty("Properties").GetProperty("PolicyName").GetString()!.StartsWith($"{function}Role", StringComparison.Ordinal)
        from statement in policy.GetProperty("Properties").GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
        from action in statement.GetProperty("Action") is { ValueKind: JsonValueKind.Array } many ? many.EnumerateArray().ToArray() : [statement.GetProperty("Action")]
        select (action.GetString()!, statement.GetProperty("Resource").GetRawText());
}
