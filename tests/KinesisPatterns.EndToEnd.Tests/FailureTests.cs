using System.Text.Json.Nodes;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using Amazon.Runtime;
using Amazon.S3;
using KinesisPatterns.Local;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>A function that misbehaves: what it could not handle lies in the bucket, payload included.</summary>
public sealed class FailureTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private LocalHost? _host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("throw", 128)]
    [InlineData("hang", 128)]
    [InlineData("no such command", 128)]
    [InlineData("echo", 10_485_000)]
    public async Task A_record_that_cannot_be_handled_is_kept_with_its_payload(string command, int size)
    {
        var payload = System.Security.Cryptography.RandomNumberGenerator.GetBytes(size);
        await StartAsync(command);
        var config = new AmazonKinesisConfig { ServiceURL = _host!.Endpoint.ToString(), AuthenticationRegion = "us-east-1" };
        using var kinesis = new AmazonKinesisClient(new BasicAWSCredentials("local", "local"), config);

        await kinesis.PutRecordAsync(new PutRecordRequest { StreamName = "Demo-Stream", PartitionKey = "k", Data = new MemoryStream(payload) }, Cancellation);

        var document = await FailureAsync();
        Assert.Equal(payload, Convert.FromBase64String((string)document["payload"]!["Records"]![0]!["kinesis"]!["data"]!));
        Assert.NotEmpty((string)document["requestContext"]!["condition"]!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(string command)
    {
        var template = JsonNode.Parse($$"""
            {
              "Resources": {
                "Stream": { "Type": "AWS::Kinesis::Stream", "Properties": { "ShardCount": 1, "MaxRecordSizeInKiB": 10240 } },
                "Failures": { "Type": "AWS::S3::Bucket" },
                "Function": {
                  "Type": "AWS::Lambda::Function",
                  "Properties": {
                    "Code": { "S3Key": "code.zip" }, "Handler": "TestFunction", "Runtime": "dotnet10", "Role": "role", "Timeout": 1,
                    "Environment": { "Variables": { "COMMAND": "{{command}}" } }
                  }
                },
                "Mapping": {
                  "Type": "AWS::Lambda::EventSourceMapping",
                  "Properties": {
                    "EventSourceArn": { "Fn::GetAtt": ["Stream", "Arn"] }, "FunctionName": { "Ref": "Function" }, "StartingPosition": "TRIM_HORIZON",
                    "MaximumRetryAttempts": 1, "DestinationConfig": { "OnFailure": { "Destination": { "Fn::GetAtt": ["Failures", "Arn"] } } }
                  }
                }
              }
            }
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "Demo.json"), template!.ToJsonString(), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "Demo.assets.json"), new JsonObject
        {
            ["files"] = new JsonObject
            {
                ["code"] = new JsonObject
                {
                    ["source"] = new JsonObject { ["path"] = AppContext.BaseDirectory },
                    ["destinations"] = new JsonObject { ["here"] = new JsonObject { ["objectKey"] = "code.zip" } },
                },
            },
        }.ToJsonString(), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "manifest.json"), """
            {
              "artifacts": {
                "Demo": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "Demo.json" }, "dependencies": ["Demo.assets"] },
                "Demo.assets": { "type": "cdk:asset-manifest", "properties": { "file": "Demo.assets.json" } }
              }
            }
            """, Cancellation);
        _host = await LocalHost.StartAsync(new() { AssemblyDirectory = _folder.FullName }, Cancellation);
    }

    private async Task<JsonNode> FailureAsync()
    {
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials("local", "local"), new AmazonS3Config { ServiceURL = _host!.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60);)
        {
            var listed = await s3.ListObjectsV2Async(new() { BucketName = "demo-failures" }, Cancellation);
            if (listed.S3Objects is [var entry, ..])
            {
                using var got = await s3.GetObjectAsync("demo-failures", entry.Key, Cancellation);
                return (await JsonNode.ParseAsync(got.ResponseStream, cancellationToken: Cancellation))!;
            }

            await Task.Delay(200, Cancellation);
        }

        throw new TimeoutException("No failure document came.");
    }
}
