using Amazon.CDK.AWS.SecretsManager;
using Amazon.CDK.AWS.Timestream;

namespace KinesisPatterns.Cdk;

/// <summary>InfluxDB 2.7 as an instance of Timestream, which takes its administrator from us.</summary>
internal sealed class InfluxInstance
{
    public InfluxInstance(
        Construct scope, InfluxStoreProps props, StoreNetwork network, StoreAccess access, IBucket logs, ISecret login)
    {
        var instance = new CfnInfluxDBInstance(scope, "Resource", new CfnInfluxDBInstanceProps
        {
            DbInstanceType = props.InstanceType,
            AllocatedStorage = props.Storage.ToGibibytes(),
            DeploymentType = props.Standby ? "WITH_MULTIAZ_STANDBY" : "SINGLE_AZ",
            Organization = props.Organization,
            Bucket = props.Bucket,
            Username = "admin",
            Password = login.SecretValueFromJson("password").UnsafeUnwrap(),
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
        Endpoint = instance.AttrEndpoint;
    }

    public string Endpoint { get; }

    /// <summary>A generated password for the administrator.</summary>
    public static Secret Login(Construct scope)
    {
        // The service takes letters and digits only: 8 to 64 of them.
        var login = new Secret(scope, "Login", new SecretProps
        {
            GenerateSecretString = new SecretStringGenerator
            {
                SecretStringTemplate = """{"username":"admin"}""",
                GenerateStringKey = "password",
                ExcludePunctuation = true,
                PasswordLength = 32,
            },
        });
        login.Acknowledge(
            "AwsSolutions-SMG4",
            "InfluxDB takes the password when it is created; rotating the secret alone would lock its writers out.");
        return login;
    }
}
