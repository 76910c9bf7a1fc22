using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.Events;
using Amazon.CDK.AWS.Events.Targets;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SQS;
using EventBus = Amazon.CDK.AWS.Events.EventBus;

namespace KinesisPatterns.Cdk;

/// <summary>Options for <see cref="AnomalyAlerts"/>.</summary>
public sealed record AnomalyAlertsProps
{
    /// <summary>Where in a VPC those run who tell of anomalies: it gets an endpoint of EventBridge; null when they have a way.</summary>
    public FunctionNetwork? Network { get; init; }
}

/// <summary>
/// An event bus for anomalies, and an encrypted topic that tells people of them in words; what could not be told is kept in a
/// queue, with an alarm.
/// </summary>
public sealed class AnomalyAlerts : Construct
{
    // What the SeriesCalculator function puts (docs/time-series.md).
    private const string Source = "kinesis-patterns.time-series";
    private const string DetailType = "Anomaly detected";

    private readonly EventBus _bus;

    /// <summary>Defines bus, rule, topic and alarms.</summary>
    public AnomalyAlerts(Construct scope, string id, AnomalyAlertsProps? props = null) : base(scope, id)
    {
        _bus = new EventBus(this, "Bus");
        Topic = EncryptedTopic();
        var kept = new Queue(this, "Kept", new QueueProps
        {
            Encryption = QueueEncryption.SQS_MANAGED,
            EnforceSSL = true,
            RetentionPeriod = Duration.Days(14),
        });
        kept.Acknowledge("AwsSolutions-SQS3", "It is the queue that keeps what could not be delivered; nothing consumes it.");
        kept.Acknowledge("sqs_dlq_check", "It is itself the queue of what could not be delivered.");

        new Rule(this, "Rule", new RuleProps
        {
            EventBus = _bus,
            EventPattern = new EventPattern { Source = [Source], DetailType = [DetailType] },
            Targets =
            [
                new SnsTopic(Topic, new SnsTopicProps { Message = Text(), DeadLetterQueue = kept }),
            ],
        });

        Alarms = new Alarms(
            this,
            "Alarms",
            new Watch("AlertsKept", kept.MetricApproximateNumberOfMessagesVisible(), Above: 0, Then:
                "People could not be told of anomalies; the queue has them. Check the topic and its key."));
        if (props?.Network is { } network)
        {
            Reachable(network);
        }
    }

    /// <summary>The topic that tells of anomalies; subscribe to it whoever is to be told.</summary>
    public Topic Topic { get; }

    /// <summary>The bus, for rules of your own.</summary>
    public IEventBus Bus => _bus;

    /// <summary>What is watched: alerts that could not be delivered.</summary>
    public Alarms Alarms { get; }

    /// <summary>Lets <paramref name="detector"/> tell of anomalies.</summary>
    public Grant GrantPut(IGrantable detector) => _bus.GrantPutEventsTo(detector);

    // EventBridge cannot use the key that AWS manages for SNS.
    private Topic EncryptedTopic()
    {
        var key = new Key(this, "Key", new KeyProps
        {
            EnableKeyRotation = true,
            Description = "Anomalies on their way to people",
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        key.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new ServicePrincipal("events.amazonaws.com")],
            Actions = ["kms:Decrypt", "kms:GenerateDataKey"],
            Resources = ["*"],
        }));
        key.Acknowledge(
            "kms_create_grant_aws_service_check",
            "Only IAM identities of the account that may do everything with the key may grant it; nobody else has that right.");
        return new Topic(this, "Anomalies", new TopicProps { MasterKey = key, EnforceSSL = true });
    }

    private static RuleTargetInput Text()
    {
        static string Field(string name) => EventField.FromPath($"$.detail.{name}");
        return RuleTargetInput.FromText(
            $"{Field("metric")} of {Field("device")} is unusual at {Field("time")}: {Field("reason")} "
            + $"(unit: {Field("unit")}; score: {Field("score")} of 1; anomaly: {Field("id")})");
    }

    private void Reachable(FunctionNetwork network)
    {
        var endpoint = new InterfaceVpcEndpoint(this, "Endpoint", new InterfaceVpcEndpointProps
        {
            Vpc = network.Vpc,
            Subnets = (SubnetSelection)network.Subnets,
            Service = InterfaceVpcEndpointAwsService.EVENTBRIDGE,
            Open = false,
        });
        endpoint.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new AnyPrincipal()],
            Actions = ["events:PutEvents"],
            Resources = [_bus.EventBusArn],
        }));
        foreach (var group in network.SecurityGroups)
        {
            endpoint.Connections.AllowDefaultPortFrom(group, "Detectors tell of anomalies");
        }
    }
}
