using System.Text.Json;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.KMS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class FlinkApplicationTests
{
    private const string Application = "AWS::KinesisAnalyticsV2::Application";
    private const string Name = "JobB9D00F9F";

    private static readonly FlinkApplicationProps _props = new()
    {
        Code = FlinkJob.Code,
        Lifecycle = Published.Function,
    };

    private readonly Stack _stack = new();

    [Fact]
    public void Runs_the_newest_Flink_that_is_recommended_with_snapshots_and_rollback()
    {
        Job();

        _stack.ShouldHave(Application, """
            {
              "RuntimeEnvironment": "FLINK-2_2",
              "ServiceExecutionRole": { "Fn::GetAtt": ["JobRole93F563EA", "Arn"] },
              "ApplicationConfiguration": {
                "ApplicationCodeConfiguration": { "CodeContentType": "ZIPFILE" },
                "ApplicationSnapshotConfiguration": { "SnapshotsEnabled": true },
                "ApplicationSystemRollbackConfiguration": { "RollbackEnabled": true },
                "EnvironmentProperties": {
                  "PropertyGroups": [
                    {
                      "PropertyGroupId": "kinesis.analytics.flink.run.options",
                      "PropertyMap": { "python": "main.py", "jarfile": "lib/dependencies.jar" }
                    }
                  ]
                },
                "FlinkApplicationConfiguration": {
                  "CheckpointConfiguration": { "ConfigurationType": "DEFAULT", "CheckpointInterval": null },
                  "MonitoringConfiguration": {
                    "ConfigurationType": "CUSTOM", "LogLevel": "INFO", "MetricsLevel": "APPLICATION"
                  },
                  "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM", "Parallelism": 1, "ParallelismPerKPU": 1, "AutoScalingEnabled": true
                  }
                },
                "VpcConfigurations": null,
                "ApplicationEncryptionConfiguration": null
              },
              "ApplicationMaintenanceConfiguration": null
            }
            """);
    }

    [Fact]
    public void How_it_is_run_is_not_in_the_template()
    {
        Job(_props with { AllowNonRestoredState = true, Restore = FlinkRestore.WithoutState });

        Assert.False(Properties(Application).TryGetProperty("RunConfiguration", out _));
    }

    [Fact]
    public void Takes_every_option()
    {
        Job(_props with
        {
            Runtime = FlinkRuntime.V1_20,
            Properties = Group("Rules", ("limit", "5")),
            Parallelism = 8,
            ParallelismPerKpu = 4,
            AutoScaling = false,
            Checkpoints = new() { Interval = Duration.Seconds(30), MinimumPause = Duration.Seconds(10) },
            Snapshots = false,
            SystemRollback = false,
            LogLevel = FlinkLogLevel.Warn,
            MetricsLevel = FlinkMetricsLevel.Operator,
            MaintenanceStart = new TimeOnly(3, 30),
        });

        _stack.ShouldHave(Application, """
            {
              "RuntimeEnvironment": "FLINK-1_20",
              "ApplicationConfiguration": {
                "ApplicationSnapshotConfiguration": { "SnapshotsEnabled": false },
                "ApplicationSystemRollbackConfiguration": { "RollbackEnabled": false },
                "EnvironmentProperties": {
                  "PropertyGroups": [
                    { "PropertyGroupId": "Rules", "PropertyMap": { "limit": "5" } },
                    { "PropertyGroupId": "kinesis.analytics.flink.run.options" }
                  ]
                },
                "FlinkApplicationConfiguration": {
                  "CheckpointConfiguration": {
                    "ConfigurationType": "CUSTOM",
                    "CheckpointingEnabled": true,
                    "CheckpointInterval": 30000,
                    "MinPauseBetweenCheckpoints": 10000
                  },
                  "MonitoringConfiguration": { "LogLevel": "WARN", "MetricsLevel": "OPERATOR" },
                  "ParallelismConfiguration": { "Parallelism": 8, "ParallelismPerKPU": 4, "AutoScalingEnabled": false }
                }
              },
              "ApplicationMaintenanceConfiguration": { "ApplicationMaintenanceWindowStartTime": "03:30" }
            }
            """);
    }

    [Fact]
    public void A_stream_that_it_reads_is_in_its_role_and_in_its_properties()
    {
        var orders = new DataStream(_stack, "Orders");

        Job().GrantRead("Orders", orders);

        _stack.ShouldHave(Application, """
            {
              "ApplicationConfiguration": {
                "EnvironmentProperties": {
                  "PropertyGroups": [
                    {
                      "PropertyGroupId": "Streams",
                      "PropertyMap": {
                        "Orders.arn": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] },
                        "Orders.region": { "Ref": "AWS::Region" }
                      }
                    },
                    {}
                  ]
                }
              }
            }
            """);
        Assert.Equal(
            [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
                "kinesis:GetShardIterator", "kinesis:ListShards",
            ],
            _stack.AllowedActions().Where(action => action.StartsWith("kinesis:")));
    }

    [Fact]
    public void A_stream_that_it_writes_is_in_its_role_with_its_key()
    {
        var orders = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });
        var job = Job();

        job.GrantWrite("Orders", orders);

        Assert.Equal(
            [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords",
                "kms:GenerateDataKey",
            ],
            _stack.AllowedActions().Where(action => action.StartsWith("kinesis:") || action.StartsWith("kms:")));
    }

    [Fact]
    public void A_stream_may_be_both_read_and_written()
    {
        var orders = new DataStream(_stack, "Orders");
        var job = Job();

        job.GrantRead("Orders", orders);
        job.GrantWrite("Orders", orders);

        Assert.Contains("kinesis:PutRecords", _stack.AllowedActions());
    }

    [Fact]
    public void Fails_when_a_name_is_given_to_two_streams()
    {
        var job = Job();
        job.GrantRead("Orders", new DataStream(_stack, "Orders"));

        Synth.ShouldFail(
            "Default/Job: expected one value for Streams.Orders.arn, got another one",
            () => job.GrantWrite("Orders", new DataStream(_stack, "Others")));
    }

    [Fact]
    public void What_the_SQL_refers_to_has_to_be_there()
    {
        var job = Job(_props with
        {
            Code = FlinkJob.Sql("'${Streams.Orders.arn}' ${Rules.limit} ${Rules.other} ${Streams.Order.arn}"),
            Properties = Group("Rules", ("limit", "5")),
        });
        job.GrantRead("Orders", new DataStream(_stack, "Orders"));

        var error = Assert.ThrowsAny<Exception>(() => _stack.Json());

        Assert.Contains(
            "[Default/Job] expected a property for ${Rules.other}, which the SQL refers to, got none",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("${Streams.Order.arn}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("${Rules.limit}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("${Streams.Orders.arn}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_role_may_read_its_code_and_write_its_log_and_no_more()
    {
        Job();

        var actions = _stack.All("AWS::IAM::Policy")
            .Select(policy => policy.GetProperty("Properties"))
            .Single(policy => policy.GetProperty("PolicyName").GetString()!.StartsWith("JobRole", StringComparison.Ordinal))
            .GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
            .Select(statement => statement.GetProperty("Action").GetRawText());
        Assert.Equal(
            [
                """["s3:GetObject","s3:GetObjectVersion"]""", """["logs:DescribeLogStreams","logs:PutLogEvents"]""",
                "\"logs:DescribeLogGroups\"",
            ],
            actions);
    }

    [Fact]
    public void Logs_to_a_stream_that_is_there_before_it()
    {
        Job();

        _stack.ShouldHave("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption", """
            { "ApplicationName": { "Ref": "JobB9D00F9F" } }
            """);
        _stack.ShouldHave("AWS::Logs::LogGroup", """{ "RetentionInDays": 365 }""");
        Assert.Contains(
            ":log-stream:",
            Properties("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption").GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_in_a_VPC()
    {
        var vpc = new Vpc(_stack, "Vpc");
        var group = new SecurityGroup(_stack, "Group", new SecurityGroupProps { Vpc = vpc });

        Job(_props with
        {
            Network = new(vpc, new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }, group),
        });

        var network = Properties(Application).GetProperty("ApplicationConfiguration").GetProperty("VpcConfigurations")[0];
        Assert.Equal(2, network.GetProperty("SubnetIds").GetArrayLength());
        Assert.Equal(1, network.GetProperty("SecurityGroupIds").GetArrayLength());
        Assert.Contains("ec2:CreateNetworkInterfacePermission", _stack.AllowedActions());
    }

    [Fact]
    public void Encrypts_its_state_with_a_customer_key()
    {
        Job(_props with { Key = new Key(_stack, "Key") });

        _stack.ShouldHave(Application, """
            {
              "ApplicationConfiguration": {
                "ApplicationEncryptionConfiguration": {
                  "KeyType": "CUSTOMER_MANAGED_KEY", "KeyId": { "Fn::GetAtt": ["Key961B73FD", "Arn"] }
                }
              }
            }
            """);
        var policy = Properties("AWS::KMS::Key").GetProperty("KeyPolicy").GetRawText();
        Assert.Contains("infrastructure.kinesisanalytics.amazonaws.com", policy, StringComparison.Ordinal);
        Assert.Contains("kms:CreateGrant", _stack.AllowedActions());
    }

    [Fact]
    public void Its_lifecycle_prepares_before_it_and_operates_after_it()
    {
        Job(_props with { StateIsCompatible = true, Restore = FlinkRestore.FromSnapshot("before-the-storm") });

        var expected = """
            {
              "Runtime": "FLINK-2_2",
              "Restore": "RESTORE_FROM_CUSTOM_SNAPSHOT",
              "SnapshotName": "before-the-storm",
              "AllowNonRestoredState": "false",
              "StateIsCompatible": "true",
              "Snapshots": "true",
              "WatchSeconds": "120"
            }
            """;
        _stack.ShouldHave("Custom::FlinkPreparation", expected);
        _stack.ShouldHave("Custom::FlinkOperation", expected);
        Assert.Contains("JobPreparation", DependsOn(Application));
        Assert.Contains(Name, DependsOn("Custom::FlinkOperation"));
        Assert.Contains("JobLogging", DependsOn("Custom::FlinkOperation"), StringComparison.Ordinal);
        Assert.Equal(
            Properties(Application).GetProperty("ApplicationName").GetString(),
            Properties("Custom::FlinkOperation").GetProperty("ApplicationName").GetString());
    }

    [Fact]
    public void Its_lifecycle_may_do_its_part_with_this_application_and_no_more()
    {
        Job();

        Assert.Equal(
            [
                "kinesisanalytics:CreateApplicationSnapshot", "kinesisanalytics:DeleteApplicationSnapshot",
                "kinesisanalytics:DescribeApplication", "kinesisanalytics:DescribeApplicationOperation",
                "kinesisanalytics:DescribeApplicationSnapshot", "kinesisanalytics:ListApplicationOperations",
                "kinesisanalytics:ListApplicationSnapshots", "kinesisanalytics:RollbackApplication",
                "kinesisanalytics:StartApplication", "kinesisanalytics:StopApplication",
            ],
            _stack.AllowedActions().Where(action => action.StartsWith("kinesisanalytics:")));
    }

    [Fact]
    public void A_change_of_the_application_is_one_of_its_lifecycle_and_only_that()
    {
        string Hash(FlinkApplicationProps props, bool reads = false)
        {
            var stack = new Stack();
            var job = new FlinkApplication(stack, "Job", props);
            if (reads)
            {
                job.GrantRead("Orders", new DataStream(stack, "Orders"));
            }

            return stack.Only("Custom::FlinkOperation").GetProperty("Properties").GetProperty("Configuration").GetString()!;
        }

        var hash = Hash(_props);

        Assert.Equal(hash, Hash(_props));
        Assert.Equal(hash, Hash(_props with { Watch = Duration.Minutes(5) }));
        Assert.NotEqual(hash, Hash(_props with { Parallelism = 2 }));
        Assert.NotEqual(hash, Hash(_props with { Code = FlinkJob.Sql("SELECT 2;") }));
        Assert.NotEqual(hash, Hash(_props with { Properties = Group("Rules", ("limit", "5")) }));
        Assert.NotEqual(hash, Hash(_props, reads: true));
        Assert.Equal(Hash(_props, reads: true), Hash(_props, reads: true));
    }

    [Fact]
    public void Its_lifecycle_is_told_the_properties_unless_they_are_too_many_for_a_request()
    {
        Job(_props with { Properties = Group("Rules", ("limit", "5")) });
        Assert.Equal("5", Told(_stack).GetProperty("PropertyGroups").GetProperty("Rules").GetProperty("limit").GetString());

        var large = new Stack();
        new FlinkApplication(large, "Job", _props with
        {
            Properties = Group("Rules", [.. Enumerable.Range(0, 20).Select(n => ($"k{n}", new string('x', 2_000)))]),
        });
        Assert.False(Told(large).TryGetProperty("PropertyGroups", out _));

        static JsonElement Told(Stack stack) => stack.Only("Custom::FlinkOperation").GetProperty("Properties");
    }

    [Theory]
    [InlineData(true, "downtime", "fullRestarts", "uptime")]
    [InlineData(false, "restartingTime", "numRestarts", "runningTime")]
    public void Watches_the_metrics_that_its_version_of_Flink_has(bool first, string down, string restarts, string running)
    {
        Job(_props with { Runtime = first ? FlinkRuntime.V1_20 : FlinkRuntime.V2_2 });

        var watched = string.Join('\n', _stack.All("AWS::CloudWatch::Alarm").Select(alarm => alarm.GetRawText()));

        Assert.All([down, restarts, running], metric => Assert.Contains($"\"{metric}\"", watched, StringComparison.Ordinal));
        Assert.Equal(first, watched.Contains("\"downtime\"", StringComparison.Ordinal));
        Assert.Equal(first, watched.Contains("\"fullRestarts\"", StringComparison.Ordinal));
        Assert.Equal(!first, watched.Contains("\"numRestarts\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_count_since_the_start_alarms_when_it_grows()
    {
        Job();

        _stack.ShouldHave("AWS::CloudWatch::Alarm", """
            {
              "ComparisonOperator": "GreaterThanThreshold",
              "Threshold": 0,
              "TreatMissingData": "notBreaching",
              "Metrics": [
                { "Expression": "DIFF(total)", "Label": "numberOfFailedCheckpoints" },
                {
                  "Id": "total",
                  "ReturnData": false,
                  "MetricStat": {
                    "Metric": { "MetricName": "numberOfFailedCheckpoints", "Namespace": "AWS/KinesisAnalytics" },
                    "Period": 300,
                    "Stat": "Maximum"
                  }
                }
              ]
            }
            """);
    }

    [Fact]
    public void A_job_that_nothing_is_heard_of_alarms()
    {
        Job();

        _stack.ShouldHave("AWS::CloudWatch::Alarm", """
            {
              "MetricName": "runningTime",
              "ComparisonOperator": "LessThanThreshold",
              "Threshold": 0,
              "EvaluationPeriods": 10,
              "TreatMissingData": "breaching"
            }
            """);
    }

    [Theory]
    [InlineData(null, 30_000)]
    [InlineData(10, 5_000)]
    public void A_checkpoint_may_take_half_of_the_time_to_the_next(int? seconds, int threshold)
    {
        Job(_props with { Checkpoints = seconds is { } interval ? new() { Interval = Duration.Seconds(interval) } : null });

        _stack.ShouldHave("AWS::CloudWatch::Alarm", $$"""{ "MetricName": "lastCheckpointDuration", "Threshold": {{threshold}} }""");
    }

    public static TheoryData<FlinkApplicationProps, string> Bad => new()
    {
        { _props with { Parallelism = 0 }, "Parallelism of 1 to 2,147,483,647, got 0" },
        { _props with { ParallelismPerKpu = 9 }, "ParallelismPerKpu of 1 to 8, got 9" },
        { _props with { Parallelism = 64 }, "at most 64 KPUs (KpuQuota), got 65" },
        { _props with { Watch = Duration.Hours(1) }, "Watch of 0 seconds to 15 minutes, got 1 hour" },
        {
            _props with { Checkpoints = new() { Interval = Duration.Millis(10) } },
            "Interval of 1 second to 1 day, got 10 millis"
        },
        {
            _props with { Properties = Group("G", ("k", new string('x', 2_049))) },
            "a value of 1 to 2,048 characters, got 2,049 (G: value of k)"
        },
        { _props with { Properties = Group("G", ("k", "")) }, "a value of 1 to 2,048 characters, got 0 (G: value of k)" },
        {
            _props with { Properties = Group("G", [.. Enumerable.Range(0, 51).Select(n => ($"k{n}", "v"))]) },
            "at most 50 keys in G, got one more, 'k50'"
        },
        {
            _props with
            {
                Properties = Enumerable.Range(1, 50).ToDictionary(
                    n => $"G{n}", _ => (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { ["k"] = "v" }),
            },
            "at most 50 property groups, got one more, 'G50'"
        },
        {
            _props with { Properties = Group("kinesis.analytics.flink.run.options", ("python", "other.py")) },
            "one value for kinesis.analytics.flink.run.options.python, got another one"
        },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Fails_when_an_option_is_out_of_range(FlinkApplicationProps props, string problem) =>
        Synth.ShouldFail($"Default/Job: expected {problem}", () => Job(props));

    [Fact]
    public void Takes_exactly_what_the_quota_allows() => Job(_props with { Parallelism = 504, ParallelismPerKpu = 8 });

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Group(
        string name, params (string Key, string Value)[] properties) => new()
        {
            [name] = properties.ToDictionary(property => property.Key, property => property.Value),
        };

    private FlinkApplication Job(FlinkApplicationProps? props = null) => new(_stack, "Job", props ?? _props);

    private JsonElement Properties(string type) => _stack.Only(type).GetProperty("Properties");

    private string DependsOn(string type) => _stack.Only(type).GetProperty("DependsOn").GetRawText();
}
