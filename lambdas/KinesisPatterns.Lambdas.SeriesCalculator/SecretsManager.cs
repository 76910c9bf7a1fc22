using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>
/// AWS Secrets Manager, the one operation needed of it, on the SDK's core: signing, retries, regions and endpoints are the
/// SDK's (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
/// </summary>
internal sealed class SecretsManager : AmazonServiceClient
{
    public SecretsManager() : this(new())
    {
    }

    public SecretsManager(SecretsManagerConfig config) : base(config)
    {
    }

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    /// <summary>The secret's current text.</summary>
    public async Task<string> GetAsync(string arn, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = new Marshaller(), ResponseUnmarshaller = new Unmarshaller() };
        var answer = await InvokeAsync<GetSecretValueResponse>(new GetSecretValueRequest(arn), options, cancellationToken);
        return answer.SecretString ?? throw new FormatException($"{arn}: expected a secret of text.");
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Amazon.Runtime.Internal.Marshaller>(new Resolver());
        pipeline.AddHandlerAfter<Amazon.Runtime.Internal.Marshaller>(new Authentication());
    }

    private sealed class GetSecretValueRequest(string secretId) : AmazonWebServiceRequest
    {
        public string SecretId => secretId;
    }

    private sealed class GetSecretValueResponse : AmazonWebServiceResponse
    {
        public string? SecretString { get; init; }
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => SecretsManagerConfig.Id;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    private sealed class Authentication : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            AuthSchemeOption.DEFAULT_SIGV4;
    }

    private sealed class Resolver : BaseEndpointResolver
    {
        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new()
        {
            ["Region"] = requestContext.ClientConfig.RegionEndpoint?.SystemName,
            ["Endpoint"] = requestContext.ClientConfig.ServiceURL,
        };
    }

    private sealed class Marshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var request = new DefaultRequest(input, "Amazon.SecretsManager") { HttpMethod = "POST", ResourcePath = "/" };
            request.Headers["X-Amz-Target"] = "secretsmanager.GetSecretValue";
            request.Headers["Content-Type"] = "application/x-amz-json-1.1";
            var body = new MemoryStream();
            using (var writer = new Utf8JsonWriter(body))
            {
                writer.WriteStartObject();
                writer.WriteString("SecretId", ((GetSecretValueRequest)input).SecretId);
                writer.WriteEndObject();
            }

            request.Content = body.ToArray();
            return request;
        }
    }

    private sealed class Unmarshaller : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
        {
            using var document = JsonDocument.Parse(context.Stream);
            return new GetSecretValueResponse
            {
                SecretString = document.RootElement.TryGetProperty("SecretString", out var text) ? text.GetString() : null,
            };
        }

        public override AmazonServiceException UnmarshallException(
            JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(context.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(context, ref reader);
            return new(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }
}

/// <summary>The client's settings: the SDK's defaults.</summary>
internal sealed class SecretsManagerConfig : ClientConfig
{
    public const string Id = "Secrets Manager";

    public SecretsManagerConfig() : base(new DefaultConfigurationProvider(
        [new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard }]))
    {
        ServiceId = Id;
        AuthenticationServiceName = "secretsmanager";
        EndpointProvider = new Provider();
    }

    public override string RegionEndpointServiceName => "secretsmanager";

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent { get; } =
        Amazon.Util.Internal.InternalSDKUtils.BuildUserAgentString("Secrets Manager", "1.0");

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(new() { ["Region"] = RegionEndpoint?.SystemName, ["Endpoint"] = ServiceURL });

    private sealed class Provider : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters) => new(
            parameters["Endpoint"] is string { Length: > 0 } url ? url
            : parameters["Region"] is string { Length: > 0 } region
                ? $"https://secretsmanager.{region}.{Fn.Partition(region).dnsSuffix}"
                : throw new AmazonClientException("Secrets Manager: expected a region, got none."));
    }
}
