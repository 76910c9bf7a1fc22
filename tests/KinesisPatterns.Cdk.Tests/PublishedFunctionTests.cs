using System.Text.Json;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Logs;

namespace KinesisPatterns.Cdk.Tests;

public sealed class PublishedFunctionTests
{
    private readonly App _app = new();
    private readonly Stack _stack;

    public PublishedFunctionTests() => _stack = new Stack(_app, "Stack");

    [Fact]
    public void Runs_on_the_managed_runtime_and_is_traced()
    {
        new PublishedFunction(_stack, "Price", new() { Code = Published.Code });

        _stack.ShouldHave("AWS::Lambda::Function", """
            {
              "Runtime": "dotnet10",
              "Handler": "Some.Function",
              "Architectures": ["x86_64"],
              "MemorySize": 512,
              "Timeout": 60,
              "TracingConfig": { "Mode": "Active" },
              "VpcConfig": null
            }
            """);
    }

    [Fact]
    public void Has_a_log_group_that_keeps_logs_for_a_known_time()
    {
        new PublishedFunction(_stack, "Price", new() { Code = Published.Code, LogRetention = RetentionDays.ONE_WEEK });

        _stack.ShouldHave("AWS::Logs::LogGroup", """{ "RetentionInDays": 7 }""");
        _stack.ShouldHave("AWS::Lambda::Function", """
            { "LoggingConfig": { "LogGroup": { "Ref": "PriceLogs6F643A90" } } }
            """);
    }

    [Fact]
    public void Takes_memory_timeout_environment_and_processor()
    {
        new PublishedFunction(_stack, "Price", new()
        {
            Code = Published.Code,
            Architecture = Architecture.ARM_64,
            Memory = Size.Gibibytes(2),
            Timeout = Duration.Minutes(15),
            Environment = new Dictionary<string, string> { ["TABLE"] = "prices" },
        });

        _stack.ShouldHave("AWS::Lambda::Function", """
            {
              "Architectures": ["arm64"],
              "MemorySize": 2048,
              "Timeout": 900,
              "Environment": { "Variables": { "TABLE": "prices" } }
            }
            """);
    }

    [Theory]
    [InlineData("bootstrap")]
    [InlineData("Some.Function")]
    public void Runs_native_code_as_bootstrap(string executable)
    {
        // A published executable has no extension; the part after the last dot would be one.
        var folder = Published.Native(executable.Replace(".", ""), machine: 62);

        new PublishedFunction(_stack, "Price", new() { Code = FunctionCode.FromPublished(folder), NativeAot = true });

        _stack.ShouldHave("AWS::Lambda::Function", """{ "Runtime": "provided.al2023", "Handler": "bootstrap" }""");
        Assert.Contains("bootstrap", AssetFiles());
    }

    [Fact]
    public void Has_the_files_beside_its_code_and_leaves_no_copy_behind()
    {
        var folder = Published.Managed("Some.Function");
        var before = Copies();

        new PublishedFunction(_stack, "Price", new()
        {
            Code = FunctionCode.FromPublished(folder, new Dictionary<string, string> { ["prices.json"] = "{}" }),
        });

        Assert.Equal(["Some.Function.dll", "Some.Function.runtimeconfig.json", "prices.json"], AssetFiles());
        Assert.Equal(before, Copies());
    }

    [Fact]
    public void Is_another_asset_when_a_file_beside_the_code_differs()
    {
        var folder = Published.Managed("Some.Function");
        foreach (var (id, text) in new[] { ("One", "1"), ("Again", "1"), ("Two", "2") })
        {
            var files = new Dictionary<string, string> { ["prices.json"] = text };
            new PublishedFunction(_stack, id, new() { Code = FunctionCode.FromPublished(folder, files) });
        }

        var keys = _stack.All("AWS::Lambda::Function")
            .Select(function => function.GetProperty("Properties").GetProperty("Code"))
            .Select(code => code.GetProperty("S3Key").GetString());
        Assert.Equal(2, keys.Distinct().Count());
    }

    [Fact]
    public void Allows_only_its_own_logs_and_traces()
    {
        new PublishedFunction(_stack, "Price", new() { Code = Published.Code });

        Assert.Equal(
            ["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            _stack.AllowedActions());
        _stack.ShouldHave("AWS::IAM::Role", """{ "ManagedPolicyArns": null }""");
        _stack.ShouldHave("AWS::IAM::Policy", """
            {
              "PolicyDocument": {
                "Statement": [{ "Resource": { "Fn::GetAtt": ["PriceLogs6F643A90", "Arn"] } }, { "Resource": "*" }]
              }
            }
            """);
    }

    [Fact]
    public void Runs_in_a_vpc_when_told_to()
    {
        var vpc = new Vpc(_stack, "Vpc");
        var group = new SecurityGroup(_stack, "Group", new SecurityGroupProps { Vpc = vpc });

        new PublishedFunction(_stack, "Price", new()
        {
            Code = Published.Code,
            Network = new(vpc, new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }, group),
        });

        _stack.ShouldHave("AWS::Lambda::Function", """
            { "VpcConfig": { "SecurityGroupIds": [{ "Fn::GetAtt": ["GroupC77FDACD", "GroupId"] }] } }
            """);
        Assert.Contains("ec2:CreateNetworkInterface", _stack.AllowedActions());
    }

    [Fact]
    public void Fails_when_memory_is_out_of_range() =>
        Synth.ShouldFail(
            "Stack/Price: expected Memory of 131,072 KiB to 10,485,760 KiB, got 65,536 KiB",
            () => new PublishedFunction(_stack, "Price", new() { Code = Published.Code, Memory = Size.Mebibytes(64) }));

    [Fact]
    public void Fails_when_the_timeout_is_out_of_range() =>
        Synth.ShouldFail(
            "Stack/Price: expected Timeout of 1 second to 15 minutes, got 16 minutes",
            () => new PublishedFunction(_stack, "Price", Published.Function with { Timeout = Duration.Minutes(16) }));

    [Fact]
    public void Fails_when_native_code_is_expected_and_managed_code_given() =>
        Synth.ShouldFail(
            $"Stack/Price: expected a native executable (published with PublishAot), got {Published.Code.Folder}",
            () => new PublishedFunction(_stack, "Price", new() { Code = Published.Code, NativeAot = true }));

    [Fact]
    public void Fails_when_managed_code_is_expected_and_native_code_given()
    {
        var code = FunctionCode.FromPublished(Published.Native("bootstrap", machine: 62));

        Synth.ShouldFail(
            $"Stack/Price: expected one *.runtimeconfig.json (a managed executable), got {code.Folder}",
            () => new PublishedFunction(_stack, "Price", new() { Code = code }));
    }

    [Fact]
    public void Fails_when_native_code_is_for_another_processor()
    {
        var code = FunctionCode.FromPublished(Published.Native("bootstrap", machine: 183));

        Synth.ShouldFail(
            "Stack/Price: expected an executable for x86_64, got arm64",
            () => new PublishedFunction(_stack, "Price", new() { Code = code, NativeAot = true }));
    }

    private static string[] Copies() => Directory.GetDirectories(Path.GetTempPath(), "kinesis-patterns-*");

    private string[] AssetFiles()
    {
        var assembly = _app.Synth().Directory;
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(assembly, "Stack.assets.json")));
        var folder = manifest.RootElement.GetProperty("files").EnumerateObject()
            .Select(file => file.Value.GetProperty("source"))
            .Single(source => source.GetProperty("packaging").GetString() == "zip")
            .GetProperty("path").GetString()!;
        var files = Directory.GetFiles(Path.Combine(assembly, folder));
        return [.. files.Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
    }
}
