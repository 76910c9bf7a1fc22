using Amazon.CDK.AWS.APIGateway;
using Amazon.CDK.AWS.DynamoDB;

namespace KinesisPatterns.Cdk;

/// <summary>A path that a <see cref="QueryApi"/> answers with <c>GET</c>.</summary>
/// <param name="Path">Such as <c>orders/{id}</c>.</param>
/// <param name="Parameters">The parameters it may have in its query string.</param>
public sealed record QueryRoute(string Path, params IReadOnlyList<string> Parameters)
{
    /// <summary>Latest values, readings and aggregates of the series of devices.</summary>
    public static IReadOnlyList<QueryRoute> Series { get; } =
    [
        new("devices/{device}/latest"),
        new("devices/{device}/metrics/{metric}/latest"),
        new("devices/{device}/metrics/{metric}/readings", "from", "to", "limit", "next"),
        new("devices/{device}/metrics/{metric}/aggregates", "from", "to", "limit", "next", "period"),
    ];

    internal string Root => Path.Split('/')[0];

    internal string Branch => string.Join('/', Path.Split('/')[..^1]);
}

/// <summary>Options for a <see cref="QueryApi"/>.</summary>
public sealed record QueryApiProps
{
    /// <summary>The function that answers; it gets the table's name besides its own environment.</summary>
    public required PublishedFunctionProps Function { get; init; }

    /// <summary>The table it reads.</summary>
    public required ITable Table { get; init; }

    /// <summary>
    /// The table's indexes that it queries, by name; of the table itself it then gets items by their keys only. Without indexes it queries the table.
    /// </summary>
    public IReadOnlyList<string> Indexes { get; init; } = [];

    /// <summary>The environment variable that tells the function the table's name.</summary>
    public string TableVariable { get; init; } = "SERIES_TABLE_NAME";

    /// <summary>What can be asked.</summary>
    public IReadOnlyList<QueryRoute> Routes { get; init; } = QueryRoute.Series;

    /// <summary>Requests per second, over all callers.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests that may come at once.</summary>
    public double Burst { get; init; } = 50;
}

/// <summary>A REST API over a table, for callers that sign their requests (IAM).</summary>
public sealed class QueryApi : Construct
{
    private readonly string[] _roots;
    private readonly Integration _integration;
    private readonly RequestValidator _validator;

    /// <summary>Defines the API and its function.</summary>
    public QueryApi(Construct scope, string id, QueryApiProps props) : base(scope, id)
    {
        Ensure.InRange(this, props.RequestsPerSecond, 1, 10_000);
        Ensure.InRange(this, props.Burst, 1, 5_000);
        Ensure.That(props.Routes.Count > 0, this, "Routes to answer", "none");
        _roots = [.. props.Routes.Select(route => route.Root).Distinct()];

        Function = new PublishedFunction(this, "Function", props.Function).Function;
        Function.AddEnvironment(props.TableVariable, props.Table.TableName);
        if (props.Indexes.Count == 0)
        {
            Function.Allow(["dynamodb:GetItem", "dynamodb:Query"], props.Table.TableArn);
        }
        else
        {
            Function.Allow(["dynamodb:GetItem"], props.Table.TableArn);
            Function.Allow(["dynamodb:Query"], [.. props.Indexes.Select(index => $"{props.Table.TableArn}/index/{index}")]);
        }

        props.Table.EncryptionKey?.GrantDecrypt(Function);

        var accessLog = Logs.In(this, "AccessLog");
        Api = new RestApi(this, "Resource", new RestApiProps
        {
            // The name is the dimension of the API's metrics, so it has to be this API's alone.
            RestApiName = Names.UniqueResourceName(this, new UniqueResourceNameOptions { MaxLength = 128 }),
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

        _integration = ApiFunction.Proxy(
            Api, Function, Api.ArnForExecuteApi("GET", _roots is [var only] ? $"/{only}/*" : "/*", Api.DeploymentStage.StageName));

        // The stack decides what it puts out.
        Api.Node.TryRemoveChild("Endpoint");
        _validator = Api.AddRequestValidator("Parameters", new RequestValidatorOptions
        {
            ValidateRequestParameters = true,
            ValidateRequestBody = true,
        });

        // The order of resources is in the name of the deployment: branches first, then what is answered.
        foreach (var route in props.Routes)
        {
            Api.Root.ResourceForPath(route.Branch);
        }

        foreach (var route in props.Routes)
        {
            AddGet(route);
        }

        AcknowledgeFindings();
    }

    /// <summary>The underlying API.</summary>
    public RestApi Api { get; }

    /// <summary>The function that answers.</summary>
    public Function Function { get; }

    /// <summary>Where the API answers.</summary>
    public string Url => Api.Url;

    /// <summary>Lets <paramref name="caller"/> query the API.</summary>
    public Grant GrantQuery(IGrantable caller) => caller.Allow(
        ["execute-api:Invoke"],
        [.. _roots.Select(root => Api.ArnForExecuteApi("GET", $"/{root}/*", Api.DeploymentStage.StageName))]);

    /// <summary>Requests that failed through no fault of the caller (sum).</summary>
    public Metric MetricServerErrors(IMetricOptions? options = null) => Api.MetricServerError(options);

    /// <summary>How long a request took, in milliseconds (average).</summary>
    public Metric MetricLatency(IMetricOptions? options = null) => Api.MetricLatency(options);

    private void AcknowledgeFindings()
    {
        ApiFunction.AcknowledgeFindings(Api, Function);
        Api.DeploymentStage.Acknowledge(
            "AwsSolutions-APIG3",
            "Only callers that sign with credentials of this account get in; a web ACL would see nobody else.");
    }

    private void AddGet(QueryRoute route) =>
        Api.Root.ResourceForPath(route.Path)
            .AddMethod("GET", _integration, new MethodOptions
            {
                RequestParameters = route.Parameters.ToDictionary(name => $"method.request.querystring.{name}", _ => false),
                RequestValidator = _validator,
            })
            .Acknowledge("AwsSolutions-COG4", "Callers have AWS credentials: IAM authorizes them.");
}
