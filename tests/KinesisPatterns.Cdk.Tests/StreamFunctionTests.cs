using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.S3;

namespace KinesisPatterns.Cdk.Tests;

public sealed class StreamFunctionTests
{
    private readonly Stack _stack = new();
    private readonly DataStream _orders;

    public StreamFunctionTests() => _orders = new DataStream(_stack, "Orders");

    [Fact]
    public void Gives_a_bad_record_up_after_finite_retries_and_age_and_keeps_it()
    {
        var bucket = new Bucket(_stack, "Bucket");

        new StreamFunction(_stack, "Handle", new()
        {
            Source = _orders,
            Function = Published.Function,
            Failures = new() { Bucket = bucket },
        });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", """
            {
              "EventSourceArn": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] },
              "StartingPosition": "TRIM_HORIZON",
              "BatchSize": 100,
              "MaximumBatchingWindowInSeconds": 0,
              "ParallelizationFactor": 1,
              "BisectBatchOnFunctionError": true,
              "MaximumRetryAttempts": 10,
              "MaximumRecordAgeInSeconds": 64800,
              "FunctionResponseTypes": ["ReportBatchItemFailures"],
              "DestinationConfig": { "OnFailure": { "Destination": { "Fn::GetAtt": ["Bucket83908E77", "Arn"] } } },
              "MetricsConfig": { "Metrics": ["EventCount"] },
              "TumblingWindowInSeconds": null,
              "FilterCriteria": null,
              "StartingPositionTimestamp": null
            }
            """);
    }

    [Fact]
    public void Takes_every_option_of_a_mapping()
    {
        var partition = new Dictionary<string, object> { ["partitionKey"] = FilterRule.IsEqual("a") };

        new StreamFunction(_stack, "Handle", new()
        {
            Source = _orders,
            Function = Published.Function,
            Reading = new()
            {
                BatchSize = 10_000,
                BatchWindow = Duration.Seconds(300),
                ParallelizationFactor = 10,
                TumblingWindow = Duration.Seconds(900),
                StartFrom = StartFrom.At(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500)),
                Filters = [FilterCriteria.Filter(partition)],
            },
            Failures = new()
            {
                Retries = 0,
                MaximumAge = Duration.Minutes(1),
                Bisect = false,
                ReportBatchItemFailures = false,
            },
        });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", """
            {
              "BatchSize": 10000,
              "MaximumBatchingWindowInSeconds": 300,
              "ParallelizationFactor": 10,
              "TumblingWindowInSeconds": 900,
              "StartingPosition": "AT_TIMESTAMP",
              "StartingPositionTimestamp": 1700000000.5,
              "FilterCriteria": { "Filters": [{ "Pattern": "{\"partitionKey\":[\"a\"]}" }] },
              "MaximumRetryAttempts": 0,
              "MaximumRecordAgeInSeconds": 60,
              "BisectBatchOnFunctionError": false,
              "FunctionResponseTypes": null
            }
            """);
    }

    [Fact]
    public void May_start_at_the_latest_record()
    {
        new StreamFunction(_stack, "Handle", new()
        {
            Source = _orders,
            Function = Published.Function,
            Reading = new() { StartFrom = StartFrom.Latest },
        });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", """{ "StartingPosition": "LATEST" }""");
    }

    [Fact]
    public void Makes_a_bucket_for_failures_when_it_gets_none()
    {
        var handle = new StreamFunction(_stack, "Handle", new() { Source = _orders, Function = Published.Function });

        Assert.Equal("Default/Handle/Failures/Resource", handle.Failures.Node.Path);
    }

    [Fact]
    public void May_write_to_the_folder_that_Lambda_uses_in_that_bucket_and_nothing_else()
    {
        var bucket = new Bucket(_stack, "Bucket");

        new StreamFunction(_stack, "Handle", new()
        {
            Source = _orders,
            Function = Published.Function,
            Failures = new() { Bucket = bucket },
        });

        Assert.Equal(
            ["s3:PutObject", "s3:ListBucket"], _stack.AllowedActions().Where(action => action.StartsWith("s3:")));
        _stack.ShouldHave("AWS::IAM::Policy", """
            {
              "PolicyDocument": {
                "Statement": [
                  {}, {},
                  {
                    "Action": "s3:PutObject",
                    "Resource": { "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket83908E77", "Arn"] }, "/aws/lambda/*"]] }
                  },
                  { "Action": "s3:ListBucket", "Resource": { "Fn::GetAtt": ["Bucket83908E77", "Arn"] } },
                  {}
                ]
              }
            }
            """);
    }

    [Fact]
    public void Is_read_from_only_when_its_role_may()
    {
        new StreamFunction(_stack, "Handle", new() { Source = _orders, Function = Published.Function });

        _stack.ShouldHaveResource(
            "AWS::Lambda::EventSourceMapping", """{ "DependsOn": ["HandleFunctionRoleDefaultPolicyE06EF7ED"] }""");
    }

    [Fact]
    public void Its_alarms_watch_this_function_and_this_mapping()
    {
        new StreamFunction(_stack, "Handle", new() { Source = _orders, Function = Published.Function });

        var function = """[{"Name":"FunctionName","Value":{"Ref":"HandleFunctionE68CDB8B"}}]""";
        var mapping = """[{"Name":"EventSourceMappingUUID","Value":{"Ref":"HandleMapping150D6718"}}]""";
        Assert.Equal(
            [
                ("DroppedEventCount", "Sum", mapping),
                ("IteratorAge", "Maximum", function),
                ("IteratorAge", "Maximum", function),
                ("OnFailureDestinationDeliveredEventCount", "Sum", mapping),
                ("Throttles", "Sum", function),
            ],
            _stack.AlarmedMetrics());
    }

    [Theory]
    [InlineData(1, 43_200_000)]
    [InlineData(7, 302_400_000)]
    public void Alarms_at_a_minute_and_at_half_of_the_retention(int days, double half)
    {
        var stream = new DataStream(_stack, "Kept", new() { Retention = Duration.Days(days) });

        new StreamFunction(_stack, "Handle", new() { Source = stream, Function = Published.Function });

        var thresholds = _stack.All("AWS::CloudWatch::Alarm")
            .Select(alarm => alarm.GetProperty("Properties"))
            .Where(alarm => alarm.GetProperty("MetricName").GetString() == "IteratorAge")
            .Select(alarm => alarm.GetProperty("Threshold").GetDouble())
            .Order();
        Assert.Equal([60_000, half], thresholds);
    }

    [Fact]
    public void Has_metrics_for_errors_and_duration()
    {
        var handle = new StreamFunction(_stack, "Handle", new() { Source = _orders, Function = Published.Function });

        Assert.Equal("Errors", handle.MetricErrors().MetricName);
        Assert.Equal("Duration", handle.MetricDuration().MetricName);
    }

    [Fact]
    public void Fails_when_records_may_get_older_than_the_stream_keeps_them() =>
        Synth.ShouldFail(
            "Default/Handle: expected MaximumAge of 1 minute to 1 day, got 1 day 1 hour",
            () => new StreamFunction(_stack, "Handle", new()
            {
                Source = _orders,
                Function = Published.Function,
                Failures = new() { MaximumAge = Duration.Hours(25) },
            }));

    [Fact]
    public void Fails_when_records_may_get_older_than_Lambda_allows() =>
        Synth.ShouldFail(
            "Default/Handle: expected MaximumAge of 1 minute to 7 days, got 8 days",
            () => new StreamFunction(_stack, "Handle", new()
            {
                Source = new DataStream(_stack, "Long", new() { Retention = Duration.Days(365) }),
                Function = Published.Function,
                Failures = new() { MaximumAge = Duration.Days(8) },
            }));

    [Theory]
    [InlineData(-1)]
    [InlineData(10_001)]
    public void Fails_when_retries_are_out_of_range(int retries) =>
        Synth.ShouldFail(
            $"Default/Handle: expected Retries of 0 to 10,000, got {retries:#,0}",
            () => new StreamFunction(_stack, "Handle", new()
            {
                Source = _orders,
                Function = Published.Function,
                Failures = new() { Retries = retries },
            }));

    public static TheoryData<StreamReading, string> BadReadings => new()
    {
        { new() { BatchSize = 0 }, "BatchSize of 1 to 10,000, got 0" },
        { new() { BatchSize = 10_001 }, "BatchSize of 1 to 10,000, got 10,001" },
        { new() { ParallelizationFactor = 0 }, "ParallelizationFactor of 1 to 10, got 0" },
        { new() { ParallelizationFactor = 11 }, "ParallelizationFactor of 1 to 10, got 11" },
        { new() { BatchWindow = Duration.Minutes(6) }, "BatchWindow of 0 seconds to 5 minutes, got 6 minutes" },
        { new() { TumblingWindow = Duration.Hours(1) }, "TumblingWindow of 1 second to 15 minutes, got 1 hour" },
        { new() { TumblingWindow = Duration.Seconds(0) }, "TumblingWindow of 1 second to 15 minutes, got 0 seconds" },
        { new() { Filters = [.. Enumerable.Repeat(new Dictionary<string, object>(), 6)] }, "Filters of 0 to 5, got 6" },
    };

    [Theory]
    [MemberData(nameof(BadReadings), DisableDiscoveryEnumeration = true)]
    public void Fails_when_an_option_of_the_mapping_is_out_of_range(StreamReading reading, string problem) =>
        Synth.ShouldFail(
            $"Default/Handle: expected {problem}",
            () => new StreamFunction(_stack, "Handle", new()
            {
                Source = _orders,
                Function = Published.Function,
                Reading = reading,
            }));
}
