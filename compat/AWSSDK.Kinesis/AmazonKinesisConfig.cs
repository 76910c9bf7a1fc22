using Amazon.Kinesis.Internal;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Amazon.Kinesis;

public partial class AmazonKinesisConfig : ClientConfig
{
    public AmazonKinesisConfig() : base(new DefaultConfigurationProvider([
        Defaults(DefaultConfigurationMode.Standard), Defaults(DefaultConfigurationMode.InRegion),
        Defaults(DefaultConfigurationMode.CrossRegion), Defaults(DefaultConfigurationMode.Mobile)]))
    {
        base.ServiceId = "Kinesis";
        AuthenticationServiceName = "kinesis";
        EndpointProvider = new AmazonKinesisEndpointProvider();
    }

    public static new string ServiceId => "Kinesis";

    public override string RegionEndpointServiceName => "kinesis";

    public override string ServiceVersion => "2013-12-02";

    public override string UserAgent { get; } = Amazon.Util.Internal.InternalSDKUtils.BuildUserAgentString("Kinesis", "4.0-stand-in");

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters)
    {
        var context = new RequestContext(false)
        {
            ClientConfig = this,
            OriginalRequest = parameters.Request,
            Request = new DefaultRequest(parameters.Request, "Amazon.Kinesis") { AlternateEndpoint = parameters.AlternateEndpoint },
        };
        return new AmazonKinesisEndpointResolver().GetEndpoint(new Amazon.Runtime.Internal.ExecutionContext(context, null));
    }

    private static DefaultConfiguration Defaults(DefaultConfigurationMode mode) => new()
    {
        Name = mode,
        RetryMode = RequestRetryMode.Standard,
        ConnectTimeout = mode is DefaultConfigurationMode.InRegion ? TimeSpan.FromSeconds(1.1) : TimeSpan.FromSeconds(3.1),
    };
}

public partial class AmazonKinesisRequest : AmazonWebServiceRequest;

public partial interface IAmazonKinesis
{
    static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonKinesisConfig();

    static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
        new AmazonKinesisClient(awsCredentials, (AmazonKinesisConfig)clientConfig);
}
