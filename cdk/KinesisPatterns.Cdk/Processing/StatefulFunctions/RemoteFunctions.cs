using Amazon.CDK.AWS.APIGateway;
using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>
/// Functions for a <see cref="StatefulFunctionsCluster"/> on Lambda, behind a REST API that answers one VPC endpoint only.
/// </summary>
/// <remarks>
/// The runtime signs no request and sends no header of ours, so nothing but the network can tell who calls.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
/// </remarks>
public sealed class RemoteFunctions : Construct
{
    private readonly RemoteFunctionsProps _props;

    /// <summary>Defines the function, its API and their alarms.</summary>
    public RemoteFunctions(Construct scope, string id, RemoteFunctionsProps props) : base(scope, id)
    {
        props.EnsureValid(this);
        _props = props;
        Function = new PublishedFunction(this, "Function", props.Function).Function;
        ((CfnFunction)Function.Node.DefaultChild!).ReservedConcurrentExecutions = props.Concurrency;

        Api = new RestApi(this, "Resource", new RestApiProps
        {
            // The name is the dimension of the API's metrics, so it has to be this API's alone.
            RestApiName = Amazon.CDK.Names.UniqueResourceName(this, new UniqueResourceNameOptions { MaxLength = 128 }),
            EndpointConfiguration = new EndpointConfiguration
            {
                Types = [EndpointType.PRIVATE],
                VpcEndpoints = [props.Network.ApiEndpoint],
            },
            Policy = OnlyFrom(props.Network.ApiEndpoint),

            // Requests and answers are bytes, whatever the client says it accepts.
            BinaryMediaTypes = ["*/*"],
            CloudWatchRole = true,
            DeployOptions = new StageOptions
            {
                AccessLogDestination = new LogGroupLogDestination(Logs.In(this, "AccessLog")),
                AccessLogFormat = AccessLogFormat.JsonWithStandardFields(),
                LoggingLevel = MethodLoggingLevel.ERROR,
                MetricsEnabled = true,
                TracingEnabled = true,
            },
        });

        // The stack decides what it puts out.
        Api.Node.TryRemoveChild("Endpoint");
        Route();
        AcknowledgeFindings();
        Alarms = new Alarms(this, "Alarms", RemoteFunctionsWatches.Of(this, props));
    }

    /// <summary>The underlying API.</summary>
    public RestApi Api { get; }

    /// <summary>The function that answers.</summary>
    public Function Function { get; }

    /// <summary>What is watched: failures, throttles, latency, and requests that are refused.</summary>
    public Alarms Alarms { get; }

    /// <summary>Where the API answers, inside the network.</summary>
    public string Url => Api.Url;

    /// <summary>Requests that failed on the function's side; the runtime repeats them (sum).</summary>
    public Metric MetricServerErrors(IMetricOptions? options = null) => Api.MetricServerError(options);

    /// <summary>Requests that were refused, which the runtime repeats as well (sum).</summary>
    public Metric MetricClientErrors(IMetricOptions? options = null) => Api.MetricClientError(options);

    /// <summary>How long a request took, in milliseconds (average).</summary>
    public Metric MetricLatency(IMetricOptions? options = null) => Api.MetricLatency(options);

    internal ModuleEndpoint Endpoint(int parallelism) => new(
        _props.Namespace,
        _props.Names,
        $"{Url}{{function.name}}",
        _props.MaximumBatch,
        RemoteCalls.PoolSize(_props.Concurrency, parallelism, _props.Names.Count),
        _props.Call);

    internal int Concurrency => _props.Concurrency;

    internal StatefulFunctionsNetwork Network => _props.Network;

    private static PolicyDocument OnlyFrom(IInterfaceVpcEndpoint endpoint) => new(new PolicyDocumentProps
    {
        Statements =
        [
            new PolicyStatement(new PolicyStatementProps
            {
                Principals = [new AnyPrincipal()],
                Actions = ["execute-api:Invoke"],
                Resources = ["execute-api:/*"],
                Conditions = new Dictionary<string, object>
                {
                    ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceVpce"] = endpoint.VpcEndpointId },
                },
            }),
        ],
    });

    private void Route()
    {
        var integration = ApiFunction.Proxy(
            Api,
            Function,
            Api.ArnForExecuteApi("POST", "/*", Api.DeploymentStage.StageName),
            new IntegrationOptions { Timeout = Duration.Seconds(RemoteCalls.ApiSeconds) });
        var method = Api.Root.AddResource("{function}").AddMethod("POST", integration, new MethodOptions
        {
            AuthorizationType = AuthorizationType.NONE,
        });
        const string Reason =
            "The runtime neither signs requests nor sends headers of ours: the endpoint in the API's policy is what lets in.";
        method.Acknowledge("AwsSolutions-APIG4", Reason);
        method.Acknowledge("AwsSolutions-COG4", Reason);
    }

    private void AcknowledgeFindings()
    {
        ApiFunction.AcknowledgeFindings(Api, Function);
        Api.Acknowledge(
            "AwsSolutions-APIG2",
            "A request is one binary message of Stateful Functions, which the function's SDK checks.");
        Api.DeploymentStage.Acknowledge(
            "AwsSolutions-APIG3", "Only one VPC endpoint gets in; a web ACL would see nobody else.");
    }
}
