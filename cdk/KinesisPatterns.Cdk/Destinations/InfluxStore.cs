using System.Globalization;
using Amazon.CDK.AWS.SecretsManager;
using Amazon.CDK.AWS.Timestream;

namespace KinesisPatterns.Cdk;

/// <summary>Options for an <see cref="InfluxStore"/>.</summary>
public sealed record InfluxStoreProps
{
    /// <summary>
    /// Where the instance and its writers run, with a way to DynamoDB and Secrets Manager; null makes an isolated VPC.
    /// </summary>
    public StoreNetwork? Network { get; init; }

    /// <summary>The instance: <c>db.influx.medium</c> (1 vCPU, 8 GiB) to <c>db.influx.24xlarge</c>.</summary>
    public string InstanceType { get; init; } = "db.influx.medium";

    /// <summary>Storage: 20 to 15,360 GiB. It can grow later, never shrink.</summary>
    public Size Storage { get; init; } = Size.Gibibytes(20);

    /// <summary>Whether a standby in another availability zone takes over when the instance fails.</summary>
    public bool Standby { get; init; }

    /// <summary>The InfluxDB organization that is made.</summary>
    public string Organization { get; init; } = "kinesis-patterns";

    /// <summary>The InfluxDB bucket that is made.</summary>
    public string Bucket { get; init; } = "readings";
}

/// <summary>
/// Amazon Timestream for InfluxDB 2.7: a private instance, its generated password and its logs in S3.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/timestream-for-influxdb.html</remarks>
public sealed class InfluxStore : Construct, ITimeSeriesStore
{
    private const int Port = 8086;
    private readonly Secret _login;

    /// <summary>Defines the instance.</summary>
    public InfluxStore(Construct scope, string id, InfluxStoreProps? props = null) : base(scope, id)
    {
        props ??= new();
        Ensure.InRange(this, props.Storage, Size.Gibibytes(20), Size.Gibibytes(15_360));
        var known = props.InstanceType.StartsWith("db.influx.", StringComparison.Ordinal);
        Ensure.That(known, this, "InstanceType db.influx.*", props.InstanceType);

        var network = props.Network ?? StoreNetwork.Isolated(this);
        var access = new StoreAccess(this, network, Port);

        // The service takes letters and digits only: 8 to 64 of them.
        _login = new Secret(this, "Login", new SecretProps
        {
            GenerateSecretString = new SecretStringGenerator
            {
                SecretStringTemplate = """{"username":"admin"}""",
                GenerateStringKey = "password",
                ExcludePunctuation = true,
                PasswordLength = 32,
            },
        });
        _login.Acknowledge(
            "AwsSolutions-SMG4",
            "InfluxDB takes the password when it is created; rotating the secret alone would lock its writers out.");

        var logs = InfluxLogs.In(this);
        var instance = new CfnInfluxDBInstance(this, "Resource", new CfnInfluxDBInstanceProps
        {
            DbInstanceType = props.InstanceType,
            AllocatedStorage = props.Storage.ToGibibytes(),
            DeploymentType = props.Standby ? "WITH_MULTIAZ_STANDBY" : "SINGLE_AZ",
            Organization = props.Organization,
            Bucket = props.Bucket,
            Username = "admin",
            Password = _login.SecretValueFromJson("password").UnsafeUnwrap(),
            PubliclyAccessible = false,
            VpcSubnetIds = network.Vpc.SelectSubnets(network.Subnets).SubnetIds,
            VpcSecurityGroupIds = [access.Store.SecurityGroupId],
            LogDeliveryConfiguration = new CfnInfluxDBInstance.LogDeliveryConfigurationProperty
            {
                S3Configuration = new CfnInfluxDBInstance.S3ConfigurationProperty
                {
                    BucketName = logs.BucketName,
                    Enabled = true,
                },
            },
        });
        instance.ApplyRemovalPolicy(RemovalPolicy.RETAIN);
        instance.Node.AddDependency(logs.Policy!);

        Url = $"https://{instance.AttrEndpoint}:{Port.ToString(CultureInfo.InvariantCulture)}";
        WriterNetwork = new FunctionNetwork(network.Vpc, network.Subnets, access.Writers);
        DataSource = new InfluxDataSource(
            Url, props.Bucket, SeriesToken.MadeBy(_login, props.Organization), new(network, access.Store, Port, WriterNetwork));
        WriterEnvironment = new Dictionary<string, string>
        {
            ["SERIES_STORE"] = "influx-2",
            ["INFLUX_URL"] = Url,
            ["INFLUX_ORGANIZATION"] = props.Organization,
            ["INFLUX_BUCKET"] = props.Bucket,
            ["INFLUX_SECRET_ARN"] = _login.SecretArn,
        };
    }

    /// <inheritdoc/>
    public string Url { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> WriterEnvironment { get; }

    /// <inheritdoc/>
    public FunctionNetwork WriterNetwork { get; }

    /// <inheritdoc/>
    public ISeriesDataSource DataSource { get; }

    /// <summary>The login of the administrator, as JSON with <c>username</c> and <c>password</c>.</summary>
    public ISecret Login => _login;

    /// <summary>Lets <paramref name="writer"/> read the login.</summary>
    public Grant GrantWrite(IGrantable writer) => _login.GrantRead(writer);
}
