using System.CommandLine;
using Amazon.DynamoDBv2;
using Amazon.Kinesis;
using Amazon.Runtime;
using Amazon.S3;
using KinesisPatterns.Local;
using KinesisPatterns.ReadModel;
using KinesisPatterns.Replay;

namespace KinesisPatterns.Cli;

/// <summary>The command <c>replay</c>: its options.</summary>
internal static class ReplayCommand
{
    private const int Complete = 0;
    private const int Incomplete = 1;
    private const int CannotRun = 2;

    public static Command Define()
    {
        var outputs = new Option<string?>("--outputs") { Description = "What `cdk deploy --outputs-file` wrote, or `run --outputs-file`: names what the options below do not." };
        var stack = new Option<string?>("--stack") { Description = "The stack in that file; needed when there are several." };
        var archive = new Option<string?>("--archive") { Description = "The archive of events: a bucket, or bucket/prefix, e.g. BUCKET/events/data/." };
        var stream = new Option<string?>("--stream") { Description = "The stream of events." };
        var target = new Option<string?>("--table") { Description = "The new table, which has to be empty when the replay begins." };
        var models = new Option<string?>("--models") { Description = "The table that names the read model and keeps the checkpoint." };
        var current = new Option<string?>("--current") { Description = "The read model so far; needed until there was a first switch." };
        var switches = new Option<bool>("--switch") { Description = "Makes the new table the read model when everything is in it." };

        var command = new Command("replay", "Rebuilds the read model of orders from the archive and the stream of its events, without gap or duplicate, into a new table.")
        {
            outputs, stack, archive, stream, target, models, current, switches,
        };
        command.SetAction((result, cancellation) => GuardedAsync(
            new(
                result.GetValue(outputs), result.GetValue(stack), result.GetValue(archive), result.GetValue(stream), result.GetValue(target),
                result.GetValue(models), result.GetValue(current)),
            new(result.GetValue(switches)), Console.Out, Console.Error, cancellation));
        return command;
    }

    /// <summary>How the command replays.</summary>
    internal sealed record Options(bool Switch)
    {
        /// <summary>How long an event may be missing that may still be on its way.</summary>
        public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
    }

    internal static async Task<int> GuardedAsync(
        ReplayNames.Given given, Options options, TextWriter output, TextWriter problems, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(ReplayNames.Of(given), options, output, problems, cancellation);
            return Complete;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await problems.WriteLineAsync("Stopped. The same command goes on from here.");
            return Incomplete;
        }
        catch (ReplayException error)
        {
            await problems.WriteLineAsync(error.Message);
            return Incomplete;
        }
        catch (Exception error) when (error is AmazonServiceException or AmazonClientException or HttpRequestException or InvalidOperationException or LocalHostException)
        {
            await problems.WriteLineAsync(error.Message);
            return CannotRun;
        }
    }

    private static async Task RunAsync(ReplayNames names, Options options, TextWriter output, TextWriter problems, CancellationToken cancellation)
    {
        using var dynamo = new AmazonDynamoDBClient();
        using var kinesis = new AmazonKinesisClient();
        using var s3 = new AmazonS3Client(new AmazonS3Config { ForcePathStyle = HasEndpoint() });
        var (bucket, prefix) = names.Archive.Split('/', 2) is [var name, var rest] ? (name, rest) : (names.Archive, "");
        var run = new ReplayRun(new()
        {
            Archive = new S3Archive(s3, bucket, prefix),
            Stream = new KinesisEventStream(kinesis, names.Stream),
            Target = new DynamoReadModelTable(dynamo, names.Table),
            Open = table => new DynamoReadModelTable(dynamo, table),
            Alias = new ReadModelAlias(dynamo, names.Models, names.Current),
            Checkpoints = new DynamoCheckpoints(dynamo, names.Models, names.Table),
            Patience = options.Patience,
            OnMalformed = new Limited(problems).WriteLine,
        });
        var line = new ReplayLine(output, Console.IsOutputRedirected);
        line.End(await run.RunAsync(options.Switch, line, cancellation), names.Table);
    }

    // Buckets are not hosts of whatever stands in for AWS.
    private static bool HasEndpoint() =>
        Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 } || Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") is { Length: > 0 };

    /// <summary>Shows the first of many problems.</summary>
    private sealed class Limited(TextWriter problems)
    {
        private const int Shown = 20;
        private int _count;

        public void WriteLine(string problem)
        {
            if (++_count <= Shown)
            {
                problems.WriteLine($"no event: {problem}");
            }
        }
    }
}
