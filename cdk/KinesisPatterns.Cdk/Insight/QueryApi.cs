using Amazon.CDK.AWS.APIGateway;
using Amazon.CDK.AWS.DynamoDB;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="QueryApi"/>.</summary>
public sealed record QueryApiProps
{
    /// <summary>The function that answers; it gets <c>SERIES_TABLE_NAME</c> besides its own environment.</summary>
    public required PublishedFunctionProps Function { get; init; }

    /// <summary>The table it reads.</summary>
    public required ITable Table { get; init; }

    /// <summary>Requests per second, over all callers.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests that may come at once.</summary>
    public double Burst { get; init; } = 50;
}

/// <summary>A REST API over the series of a table, for callers that sign their requests (IAM).</summary>
public sealed class QueryApi : Construct
{
    private static readonly string[] _range = ["from", "to", "limit", "next"];
    private static readonly string[] _periods = [.. _range, "period"];

    private readonly LambdaIntegration _integration;
    private readonly RequestValidator _validator;

    /// <summary>Defines the API and its function.</summary>
    public QueryApi(Construct scope, string id, QueryApiProps props) : base(scope, id)
    {
        Ensure.InRange(this, props.RequestsPerSecond, 1, 10_000);
        Ensure.InRange(this, props.Burst, 1, 5_000);

        Function = new PublishedFunction(this, "Function", props.Function).Function;
        Function.AddEnvironment("SERIES_TABLE_NAME", props.Table.TableName);
        props.Table.Grant(Function, "dynamodb:GetItem", "dynamodb:Query");

        var accessLog = new LogGroup(this, "AccessLog", new LogGroupProps { Retention = RetentionDays.THREE_MONTHS });
        _integration = new LambdaIntegration(Function, new LambdaIntegrationOptions { AllowTestInvoke = false });
        Api = new RestApi(this, "Resource", new RestApiProps
        {
            EndpointTypes = [EndpointType.REGIONAL],
            CloudWatchRole = true,
            DefaultMethodOptions = new MethodOptions { AuthorizationType = AuthorizationType.IAM },
            DeployOptions = new StageOptions
            {
                ThrottlingRateLimit = props.RequestsPerSecond,
                ThrottlingBurstLimit = props.Burst,
                AccessLogDestination = new LogGroupLogDestination(accessLog),
                AccessLogFormat = AccessLogFormat.JsonWithStandardFields(),
                LoggingLevel = MethodLoggingLevel.ERROR,
                MetricsEnabled = true,
                TracingEnabled = true,
            },
        });

        // The stack decides what it puts out.
        Api.Node.TryRemoveChild("Endpoint");
        _validator = Api.AddRequestValidator("Parameters", new RequestValidatorOptions { ValidateRequestParameters = true });
        var device = Api.Root.AddResource("devices").AddResource("{device}");
        var metric = device.AddResource("metrics").AddResource("{metric}");
        AddGet(device.AddResource("latest"));
        AddGet(metric.AddResource("latest"));
        AddGet(metric.AddResource("readings"), _range);
        AddGet(metric.AddResource("aggregates"), _periods);
    }

    /// <summary>The underlying API.</summary>
    public RestApi Api { get; }

    /// <summary>The function that answers.</summary>
    public Function Function { get; }

    /// <summary>Where the API answers.</summary>
    public string Url => Api.Url;

    /// <summary>Lets <paramref name="caller"/> query the API.</summary>
    public Grant GrantQuery(IGrantable caller) => Grant.AddToPrincipal(new GrantOnPrincipalOptions
    {
        Grantee = caller,
        Actions = ["execute-api:Invoke"],
        ResourceArns = [Api.ArnForExecuteApi("GET", "/devices/*", Api.DeploymentStage.StageName)],
    });

    /// <summary>Requests that failed through no fault of the caller (sum).</summary>
    public Metric MetricServerErrors(IMetricOptions? options = null) => Api.MetricServerError(options);

    /// <summary>How long a request took, in milliseconds (average).</summary>
    public Metric MetricLatency(IMetricOptions? options = null) => Api.MetricLatency(options);

    private void AddGet(Amazon.CDK.AWS.APIGateway.Resource resource, params string[] optional) =>
        resource.AddMethod("GET", _integration, new MethodOptions
        {
            RequestParameters = optional.ToDictionary(name => $"method.request.querystring.{name}", _ => false),
            RequestValidator = _validator,
        });
}
