using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.StepFunctions;
using Amazon.CDK.AWS.StepFunctions.Tasks;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="Replay"/>.</summary>
public sealed record ReplayProps
{
    /// <summary>The stream of events.</summary>
    public required IRecordSource Source { get; init; }

    /// <summary>The bucket of the events' archive.</summary>
    public required IBucket Archive { get; init; }

    /// <summary>The folder that the <see cref="Cdk.Archive"/> keeps the events in; null is the bucket's root.</summary>
    public string? Folder { get; init; }

    /// <summary>The function that brings events into the read model.</summary>
    public required Function Projection { get; init; }

    /// <summary>The function that answers from the read model.</summary>
    public required Function Query { get; init; }

    /// <summary>The read model's first table.</summary>
    public required ITable ReadModel { get; init; }

    /// <summary>The table that takes over; null when nothing is to be rebuilt now.</summary>
    public ReplayTarget? Next { get; init; }

    /// <summary>An index of the read model that queries use; null when they use none.</summary>
    public string? Index { get; init; }
}

/// <summary>The table that takes over, and the function that fills it.</summary>
/// <param name="Table">A new table with the keys and indexes of the read model.</param>
/// <param name="Function">The function that replays.</param>
public sealed record ReplayTarget(ITable Table, PublishedFunctionProps Function);

/// <summary>
/// Lets a read model be rebuilt in another table while it is used: a table that names the read model, and, while there is one to take over, a
/// state machine that fills it and switches.
/// </summary>
public sealed class Replay : Construct
{
    /// <summary>Defines the table of read models and the replay.</summary>
    public Replay(Construct scope, string id, ReplayProps props) : base(scope, id)
    {
        Ensure.That(props.Next?.Table != props.ReadModel, this, "another table than the read model to take over", "the read model");
        Models = new TableV2(this, "Models", new TablePropsV2
        {
            PartitionKey = new Attribute { Name = "id", Type = AttributeType.STRING },
            PointInTimeRecovery = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        foreach (var reader in (Function[])[props.Projection, props.Query])
        {
            reader.AddEnvironment("READ_MODELS_TABLE_NAME", Models.TableName);
            reader.Allow(["dynamodb:GetItem"], Models.TableArn);
        }

        if (props.Next is { } next)
        {
            props.Projection.Allow(["dynamodb:GetItem", "dynamodb:PutItem"], next.Table.TableArn);
            next.Table.EncryptionKey?.GrantEncryptDecrypt(props.Projection);
            props.Query.Allow(["dynamodb:GetItem"], next.Table.TableArn);
            next.Table.EncryptionKey?.GrantDecrypt(props.Query);
            if (props.Index is not null)
            {
                props.Query.Allow(["dynamodb:Query"], $"{next.Table.TableArn}/index/{props.Index}");
            }

            Function = Replayer(props, next);
            Machine = Rebuild(Function);
        }
    }

    /// <summary>The table whose item <c>alias</c> names the read model.</summary>
    public TableV2 Models { get; }

    /// <summary>Fills the new table when it is started, with <c>{"switch": true}</c> until it is the read model; null when there is no such table.</summary>
    public StateMachine? Machine { get; }

    /// <summary>Replays for as long as one invocation may last, and says whether it is done; null when there is no table to fill.</summary>
    public Function? Function { get; }

    private Function Replayer(ReplayProps props, ReplayTarget next)
    {
        var folder = props.Folder is null ? "" : $"{props.Folder.Trim('/')}/";
        var function = new PublishedFunction(this, "Function", next.Function with
        {
            Timeout = Duration.Minutes(15),
            Environment = new Dictionary<string, string>(next.Function.Environment)
            {
                ["ARCHIVE_BUCKET_NAME"] = props.Archive.BucketName,
                ["ARCHIVE_PREFIX"] = $"{folder}data/",
                ["EVENTS_STREAM_NAME"] = props.Source.Stream.StreamName,
                ["READ_MODEL_TABLE_NAME"] = props.ReadModel.TableName,
                ["READ_MODELS_TABLE_NAME"] = Models.TableName,
                ["NEW_TABLE_NAME"] = next.Table.TableName,
            },
        }).Function;
        function.Allow(["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"], props.Source.Stream.StreamArn);
        props.Source.Stream.EncryptionKey?.GrantDecrypt(function);
        function.Allow(["s3:ListBucket"], props.Archive.BucketArn);
        function.Allow(["s3:GetObject"], props.Archive.ArnForObjects($"{folder}data/*"));
        props.Archive.EncryptionKey?.GrantDecrypt(function);
        function.Allow(["dynamodb:GetItem", "dynamodb:PutItem"], Models.TableArn);
        function.Allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"], next.Table.TableArn);
        next.Table.EncryptionKey?.GrantEncryptDecrypt(function);
        function.Allow(["dynamodb:Scan"], props.ReadModel.TableArn);
        props.ReadModel.EncryptionKey?.GrantDecrypt(function);
        function.Role!.Node.FindChild("DefaultPolicy").Acknowledge(
            "AwsSolutions-IAM5",
            "The events of the archive, whose names are not known before they are read.");
        return function;
    }

    private StateMachine Rebuild(Function function)
    {
        // An invocation ends before its time is up and says that there is more; one after the other, they share a checkpoint.
        var slice = new LambdaInvoke(this, "Slice", new LambdaInvokeProps { LambdaFunction = function, PayloadResponseOnly = true });
        var done = new Choice(this, "Done")
            .When(Condition.BooleanEquals("$.done", false), slice)
            .Otherwise(new Succeed(this, "Complete"));
        var machine = new StateMachine(this, "Machine", new StateMachineProps
        {
            DefinitionBody = DefinitionBody.FromChainable(slice.Next(done)),
            TracingEnabled = true,
            Logs = new LogOptions { Destination = Logs.In(this, "Log"), Level = LogLevel.ALL },
        });
        machine.Role.Node.FindChild("DefaultPolicy").Acknowledge(
            "AwsSolutions-IAM5",
            "The versions of one function; X-Ray and the delivery of logs have no resources to name.");
        return machine;
    }
}
