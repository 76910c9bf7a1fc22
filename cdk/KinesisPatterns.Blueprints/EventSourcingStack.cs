using System.Globalization;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SNS.Subscriptions;

namespace KinesisPatterns.Blueprints;

/// <summary>
/// Commands arrive on a stream, stateful functions decide them, and the events that follow are kept and projected into a read
/// model to query.
/// </summary>
public sealed class EventSourcingStack : Stack
{
    // The name that the query function knows it by.
    private const string OrdersOfCustomer = "orders-of-customer";

    /// <summary>Defines the layers in the order data flows through them.</summary>
    public EventSourcingStack(Construct scope, string id, EventSourcingStackProps props) : base(scope, id, props)
    {
        var failures = new DataBucket(this, "Failures").Bucket;
        var archive = new DataBucket(this, "Archive").Bucket;
        var published = new PublishedFunctions(props.Functions, props.NativeAot);

        var commands = new DataStream(this, "Commands");
        var commandsArchive = Archive("CommandsArchive", commands, archive, "commands");
        var events = new DataStream(this, "Events");
        var eventsArchive = Archive("EventsArchive", events, archive, "events");
        var rejected = new DataStream(this, "Rejected");
        var rejectedArchive = Archive("RejectedArchive", rejected, archive, "rejected");

        var network = new StatefulFunctionsNetwork(this, "Network");
        var orders = new RemoteFunctions(this, "Orders", new()
        {
            Function = published.Function("Orders") with
            {
                Environment = new Dictionary<string, string>
                {
                    ["EVENTS_STREAM_NAME"] = events.Stream.StreamName,
                    ["REJECTED_STREAM_NAME"] = rejected.Stream.StreamName,
                    ["PAYMENT_REMINDER_SECONDS"] = Seconds(props.PaymentReminder),
                    ["PAYMENT_CANCELLATION_SECONDS"] = Seconds(props.PaymentCancellation),
                },
                Memory = Size.Mebibytes(1_024),
                Timeout = Duration.Seconds(25),
            },
            Namespace = "orders",
            Names = ["commands", "order", "stock"],
            Network = network,
            Concurrency = props.Concurrency,
        });
        var cluster = new StatefulFunctionsCluster(this, "Cluster", new()
        {
            Network = network,
            Functions = [orders],
            Runtime = props.Runtime == StatefulFunctionsKind.Fork
                ? StatefulFunctionsRuntime.Fork
                : StatefulFunctionsRuntime.Apache,
            TaskManagers = props.TaskManagers,
        });
        cluster.GrantRead("orders/commands-in", commands, "orders/command", "orders/commands");
        cluster.GrantWrite("orders/events", events);
        cluster.GrantWrite("orders/rejected", rejected);

        var readModel = ReadModel(props.ReadModel);
        var next = props.RebuildReadModel ? ReadModel(props.ReadModel + 1) : null;
        var projection = new StreamFunction(this, "Projection", new()
        {
            Source = events,
            Function = published.Function("Projection") with
            {
                Environment = new Dictionary<string, string> { ["READ_MODEL_TABLE_NAME"] = readModel.TableName },
            },
            Failures = new() { Bucket = failures },
        });
        Grant.AddToPrincipal(new GrantOnPrincipalOptions
        {
            Grantee = projection,
            Actions = ["dynamodb:GetItem", "dynamodb:PutItem"],

            // Not its index, which a table's own grants include.
            ResourceArns = [readModel.TableArn],
        });

        var query = new QueryApi(this, "Query", new()
        {
            // API Gateway waits no longer.
            Function = published.Function("OrderQuery") with { Timeout = Duration.Seconds(29) },
            Table = readModel,
            Indexes = [OrdersOfCustomer],
            TableVariable = "READ_MODEL_TABLE_NAME",
            Routes =
            [
                new("orders/{id}"),
                new("customers/{customer}/orders", "limit", "next"),
                new("stock/{sku}"),
            ],
        });

        var replay = new Replay(this, "Replay", new()
        {
            Source = events,
            Archive = archive,
            Folder = "events",
            Projection = projection.Function,
            Query = query.Function,
            ReadModel = readModel,
            Index = OrdersOfCustomer,
            Next = next is null ? null : new(next, published.Function("Replay") with { Memory = Size.Mebibytes(1_024) }),
        });

        var alarms = new Alarms(
            this,
            "Alarms",
            new("CommandsRefused", commands.MetricWriteThroughputExceeded(), Above: 0, Then:
                "Services are throttled. Spread the partition keys; an on-demand stream doubles within minutes."),
            new("CommandsLate", commands.MetricIteratorAge(), Above: 60_000, Then:
                "Commands wait for a minute. Look at the cluster's back-pressure, then at its functions."),
            new("CommandsRejected", rejected.MetricIncomingRecords(), Above: 0, Then:
                "Commands were refused, with the reason in each record of the stream Rejected. Ask who sends them.")
            {
                Period = Duration.Minutes(5),
            },
            new("EventsArchiveStale", eventsArchive.MetricFreshness(), Above: 900, Then:
                "Events do not reach S3, which is what a replay starts from. Read the error log of the delivery stream."),
            new("CommandsArchiveStale", commandsArchive.MetricFreshness(), Above: 900, Then:
                "Commands do not reach S3 and will expire. Read the error log of the delivery stream."),
            new("RejectedArchiveStale", rejectedArchive.MetricFreshness(), Above: 900, Then:
                "Rejected commands do not reach S3 and will expire. Read the error log of the delivery stream."),
            new("QueriesFail", query.MetricServerErrors(), Above: 0, Then: "The query function fails. Read its log."));

        var topic = new AlarmTopic(this, "AlarmTopic").Topic;
        if (props.AlarmEmail is not null)
        {
            topic.AddSubscription(new EmailSubscription(props.AlarmEmail));
        }

        if (replay.Machine is { } rebuild)
        {
            new Alarms(
                replay,
                "Alarms",
                new Watch("ReplayFailed", rebuild.MetricFailed(), Above: 0, Then:
                    "The read model was not rebuilt. The execution says why, a gap for one; started again, it goes on from its checkpoint."))
                .Notify(topic);
        }

        orders.Alarms.Notify(topic);
        cluster.Alarms.Notify(topic);
        projection.Alarms.Notify(topic);
        alarms.Notify(topic);

        Output("CommandsStreamName", commands.Stream.StreamName);
        Output("EventsStreamName", events.Stream.StreamName);
        Output("RejectedStreamName", rejected.Stream.StreamName);
        Output("ReadModelTableName", readModel.TableName);
        Output("ReadModelsTableName", replay.Models.TableName);
        Output("ArchiveBucketName", archive.BucketName);
        Output("FailuresBucketName", failures.BucketName);
        Output("SnapshotsBucketName", cluster.Bucket.BucketName);
        Output("RemoteFunctionsUrl", orders.Url);
        Output("QueryApiUrl", query.Url);
        if (replay is { Machine: { } machine, Function: { } function })
        {
            Output("NextReadModelTableName", next!.TableName);
            Output("ReplayFunctionName", function.FunctionName);
            Output("ReplayMachineArn", machine.StateMachineArn);
        }
    }

    private static string Seconds(Duration duration) => duration.ToSeconds().ToString(CultureInfo.InvariantCulture);

    private TableV2 ReadModel(int number) => new(this, number == 1 ? "ReadModel" : $"ReadModel{number}", new TablePropsV2
    {
        PartitionKey = new Attribute { Name = "id", Type = AttributeType.STRING },
        GlobalSecondaryIndexes =
        [
            new GlobalSecondaryIndexPropsV2
            {
                IndexName = OrdersOfCustomer,
                PartitionKey = new Attribute { Name = "customer", Type = AttributeType.STRING },
                SortKey = new Attribute { Name = "placed", Type = AttributeType.STRING },
                ProjectionType = ProjectionType.INCLUDE,
                NonKeyAttributes = ["status", "total", "version"],
            },
        ],
        PointInTimeRecovery = true,
        RemovalPolicy = RemovalPolicy.RETAIN,
    });

    private Archive Archive(string id, DataStream stream, IBucket bucket, string folder) =>
        new(this, id, new() { Source = stream.Stream, Bucket = bucket, Folder = folder });

    private void Output(string name, string value) => new CfnOutput(this, name, new CfnOutputProps { Value = value });
}
