using Amazon.DynamoDBv2;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using Amazon.Runtime;
using Amazon.S3;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;

[assembly: AssemblyFixture(typeof(KinesisPatterns.EndToEnd.Tests.Blueprint))]

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The blueprints, synthesized once for all tests, and TimeSeries as it runs, with the clients that any user has.</summary>
public sealed class Blueprint : IAsyncLifetime
{
    private static readonly BasicAWSCredentials Credentials = new("local", "local");

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly List<string> _log = [];

    public LocalHost Host { get; private set; } = null!;

    /// <summary>The cloud assembly.</summary>
    public string Directory => _folder.FullName;

    public IAmazonKinesis Kinesis { get; private set; } = null!;

    public IAmazonS3 S3 { get; private set; } = null!;

    public IAmazonDynamoDB DynamoDb { get; private set; } = null!;

    public HttpClient Api { get; private set; } = null!;

    /// <summary>What the functions wrote, to say why a test waited in vain.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log.Where(l => !l.Contains("CloudWatchMetrics", StringComparison.Ordinal)).TakeLast(30));
            }
        }
    }

    public async ValueTask InitializeAsync()
    {
        var project = Synthesizer.FindProject(AppContext.BaseDirectory);
        var context = new Dictionary<string, string> { ["EventSourcing:rebuildReadModel"] = "true" };
        await new Synthesizer(project, _ => { }).RunAsync(_folder.FullName, context, TestContext.Current.CancellationToken);
        Host = await LocalHost.StartAsync(new() { AssemblyDirectory = _folder.FullName, Stack = "TimeSeries", FunctionOutput = Keep }, TestContext.Current.CancellationToken);
        var url = Host.Endpoint.ToString();
        Kinesis = new AmazonKinesisClient(Credentials, new AmazonKinesisConfig { ServiceURL = url, AuthenticationRegion = "us-east-1" });
        S3 = new AmazonS3Client(Credentials, new AmazonS3Config { ServiceURL = url, AuthenticationRegion = "us-east-1" });
        DynamoDb = new AmazonDynamoDBClient(Credentials, new AmazonDynamoDBConfig { ServiceURL = url, AuthenticationRegion = "us-east-1" });
        Api = new() { BaseAddress = new(Host.Outputs["QueryApiUrl"]) };
    }

    /// <summary>Puts readings of one device; the stream has to take all of them.</summary>
    public async Task<PutRecordsResponse> PutAsync(string device, IEnumerable<byte[]> records)
    {
        var answer = await Kinesis.PutRecordsAsync(
            new()
            {
                StreamName = Host.Outputs["ReadingsStreamName"],
                Records = [.. records.Select(data => new PutRecordsRequestEntry { PartitionKey = device, Data = new MemoryStream(data) })],
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(0, answer.FailedRecordCount);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        Kinesis?.Dispose();
        S3?.Dispose();
        DynamoDb?.Dispose();
        Api?.Dispose();
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private void Keep(string function, string line)
    {
        lock (_log)
        {
            _log.Add($"{function}: {line}");
        }
    }
}
