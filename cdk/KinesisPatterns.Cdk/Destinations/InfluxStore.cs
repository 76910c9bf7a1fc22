using System.Globalization;
using Amazon.CDK.AWS.SecretsManager;

namespace KinesisPatterns.Cdk;

/// <summary>Options for an <see cref="InfluxStore"/>.</summary>
public sealed record InfluxStoreProps
{
    /// <summary>
    /// Its version. Changing it makes another store, and leaves the old one with its data behind.
    /// </summary>
    public InfluxEngine Engine { get; init; } = InfluxEngine.V2;

    /// <summary>
    /// Where the store and its writers run, with a way to DynamoDB and Secrets Manager, and for InfluxDB 3 a gateway
    /// endpoint for S3; null makes an isolated VPC.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/influxdb3-vpc-endpoint.html</remarks>
    public StoreNetwork? Network { get; init; }

    /// <summary>The instance: <c>db.influx.medium</c> (1 vCPU, 8 GiB) to <c>db.influx.24xlarge</c>.</summary>
    public string InstanceType { get; init; } = "db.influx.medium";

    /// <summary>Storage of InfluxDB 2: 20 to 15,360 GiB. It can grow later, never shrink.</summary>
    public Size Storage { get; init; } = Size.Gibibytes(20);

    /// <summary>
    /// Whether a standby in another availability zone takes over when an instance of InfluxDB 2 fails.
    /// </summary>
    public bool Standby { get; init; }

    /// <summary>The organization that is made in InfluxDB 2; 3 has none.</summary>
    public string Organization { get; init; } = "kinesis-patterns";

    /// <summary>The bucket that is made; InfluxDB 3 calls it a database, and makes it with the first write.</summary>
    public string Bucket { get; init; } = "readings";
}

/// <summary>
/// Amazon Timestream for InfluxDB: a private store, its login in a secret and its logs in S3.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/timestream-for-influxdb.html</remarks>
public sealed class InfluxStore : Construct, ITimeSeriesStore
{
    private const int Version2Port = 8086;

    /// <summary>Defines the store.</summary>
    public InfluxStore(Construct scope, string id, InfluxStoreProps? props = null) : base(scope, id)
    {
        props ??= new();
        Ensure.InRange(this, props.Storage, Size.Gibibytes(20), Size.Gibibytes(15_360));
        var known = props.InstanceType.StartsWith("db.influx.", StringComparison.Ordinal);
        Ensure.That(known, this, "InstanceType db.influx.*", props.InstanceType);
        var isFirst = props.Engine == InfluxEngine.V2;
        Ensure.That(isFirst || !props.Standby, this, "no Standby, which only InfluxDB 2 has", $"one for {props.Engine}");

        var port = isFirst ? Version2Port : InfluxCluster.Port;
        var network = props.Network ?? StoreNetwork.Isolated(this, withS3: !isFirst);
        var access = new StoreAccess(this, network, port);
        var writers = new FunctionNetwork(network.Vpc, network.Subnets, access.Writers);
        WriterNetwork = writers;
        var environment = new Dictionary<string, string>();
        if (isFirst)
        {
            Login = InfluxInstance.Login(this);
            var instance = new InfluxInstance(this, props, network, access, InfluxLogs.In(this), Login);
            Url = $"https://{instance.Endpoint}:{port.ToString(CultureInfo.InvariantCulture)}";
            environment["SERIES_STORE"] = "influx-2";
            environment["INFLUX_URL"] = Url;
            environment["INFLUX_ORGANIZATION"] = props.Organization;
            environment["INFLUX_BUCKET"] = props.Bucket;
        }
        else
        {
            var cluster = new InfluxCluster(this, props, network, access, InfluxLogs.In(this));
            Login = cluster.Login;
            Url = $"https://{cluster.Endpoint}:{port.ToString(CultureInfo.InvariantCulture)}";
            environment["SERIES_STORE"] = "influx-3";
            environment["INFLUX_URL"] = Url;
            environment["INFLUX_DATABASE"] = props.Bucket;
        }

        environment["INFLUX_SECRET_ARN"] = Login.SecretArn;
        WriterEnvironment = environment;
        var token = isFirst ? SeriesToken.MadeBy(Login, props.Organization) : SeriesToken.Kept(Login);
        DataSource = new InfluxDataSource(Url, props.Bucket, token, new(network, access.Store, port, writers));
    }

    /// <inheritdoc/>
    public string Url { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> WriterEnvironment { get; }

    /// <inheritdoc/>
    public FunctionNetwork WriterNetwork { get; }

    /// <inheritdoc/>
    public ISeriesDataSource DataSource { get; }

    /// <summary>
    /// The login of the administrator, as JSON: <c>username</c> and <c>password</c> of InfluxDB 2, <c>token</c> of 3.
    /// </summary>
    public ISecret Login { get; }

    /// <summary>Lets <paramref name="writer"/> read the login.</summary>
    public Grant GrantWrite(IGrantable writer) => Login.GrantRead(writer);
}
