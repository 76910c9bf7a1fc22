using System.Text;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local;

public sealed partial class LocalHost
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    // On AWS a producer tries again about as soon.
    private static readonly TimeSpan AfterThrottle = TimeSpan.FromMilliseconds(100);

    // Two looks in a row: between the last effect of one stage and the first record of the next there is a moment without work.
    private const int QuietLooks = 3;

    /// <summary>Starts everything that a stack of a cloud assembly holds; it runs until it is disposed.</summary>
    /// <param name="assemblyDirectory">The folder that <c>cdk synth</c> wrote, or <c>app.Synth().Directory</c>.</param>
    /// <param name="stack">The stack's name; null takes the only one there is.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="LocalHostException">Something the user can put right is missing.</exception>
    public static Task<LocalHost> StartAsync(string assemblyDirectory, string? stack = null, CancellationToken cancellation = default) =>
        StartAsync(new LocalHostOptions { AssemblyDirectory = assemblyDirectory, Stack = stack }, cancellation);

    /// <summary>
    /// What a resource or an output is called here: a stream's or a table's name, a topic's ARN, a URL, as its <c>Ref</c> or the output says.
    /// </summary>
    /// <param name="resource">An output's name, a logical id, or a construct path such as <c>TimeSeries/Readings</c> or <c>Readings</c>.</param>
    /// <exception cref="LocalHostException">There is no such output and no such resource, or several.</exception>
    public string NameOf(string resource)
    {
        if (Outputs.TryGetValue(resource, out var output))
        {
            return output;
        }

        if (Deployment.Find(resource) is { } found)
        {
            return found.Ref;
        }

        var named = Deployment.Resources.Where(r => IsAt(r, resource)).ToList();
        return named.Count == 1
            ? named[0].Ref
            : throw new LocalHostException(
                $"{StackName}: expected an output, a logical id or the path of one resource, got '{resource}', which is "
                + (named.Count == 0 ? "none" : string.Join(" and ", named.Select(r => r.Path))));
    }

    /// <summary>Puts a record into a stream of the stack, again and again while its shard is above its throughput.</summary>
    /// <param name="stream">The stream: its name, or what <see cref="NameOf"/> takes.</param>
    /// <param name="partitionKey">1 to 256 characters.</param>
    /// <param name="data">The record's data, up to the stream's limit.</param>
    /// <param name="cancellation">Gives up trying.</param>
    /// <returns>The accepted record as the ledger knows it.</returns>
    /// <exception cref="LocalHostException">There is no such stream, or Kinesis would refuse the record.</exception>
    public async Task<LedgerEntry> PutAsync(string stream, string partitionKey, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        var to = Services.Kinesis.TryGet(stream) ?? Services.Kinesis.TryGet(NameOf(stream))
            ?? throw new LocalHostException($"{StackName}: expected a stream, got '{stream}', which is '{NameOf(stream)}'");
        if (partitionKey.Length is 0 or > 256)
        {
            throw new LocalHostException($"expected a partition key of 1 to 256 characters, got {partitionKey.Length}");
        }

        var most = to.Settings.MaxRecordKiB * 1024;
        if (data.Length + Encoding.UTF8.GetByteCount(partitionKey) > most)
        {
            throw new LocalHostException($"{to.Name}: expected a record of at most {most:N0} bytes with its key, got {data.Length:N0}");
        }

        while (true)
        {
            var put = to.Put(partitionKey, data.Span);
            if (!put.IsThrottled)
            {
                var number = put.SequenceNumber.ToString();
                return Ledger.Find(to.Name, number) ?? new(to.Name, put.Shard.Id, number, partitionKey, new Dictionary<string, LedgerFate>());
            }

            await Task.Delay(AfterThrottle, cancellation);
        }
    }

    /// <summary>Puts a text, as UTF-8, into a stream of the stack.</summary>
    /// <inheritdoc cref="PutAsync(string, string, ReadOnlyMemory{byte}, CancellationToken)"/>
    public Task<LedgerEntry> PutAsync(string stream, string partitionKey, string data, CancellationToken cancellation = default) =>
        PutAsync(stream, partitionKey, Encoding.UTF8.GetBytes(data), cancellation);

    /// <summary>
    /// Waits until every record has come to its end in everything that reads it, and delivery streams have delivered what they hold back.
    /// </summary>
    /// <param name="most">How long to wait; a minute when null.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="TimeoutException">Records are still on their way; it says where.</exception>
    public async Task WaitUntilIdleAsync(TimeSpan? most = null, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(most ?? TimeSpan.FromMinutes(1));
        try
        {
            for (var quiet = 0; quiet < QuietLooks; quiet = IsIdle ? quiet + 1 : 0)
            {
                await Task.Delay(LookEvery, limit.Token);
            }

            await Services.Firehose.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{StackName}: {Ledger.Open:N0} records are still on their way: {string.Join("; ", Busy())}");
        }
    }

    private IEnumerable<string> Busy() => Services.Lambda.Mappings.Where(m => !m.IsIdle)
        .Select(m => $"{m.Function.Name} reads {m.Stream.Name}{(m.LastError is { } error ? $", last error: {error}" : "")}")
        .Concat(Services.Modules.Where(m => !m.IsIdle).Select(m => $"{m.Module.Path} is at work{(m.Failure is { } failure ? $", last failure: {failure}" : "")}"));

    // A construct's own resource is called Resource, and nobody names that.
    private bool IsAt(Resource resource, string path) =>
        resource.Path == path || resource.Path == $"{path}/Resource"
        || resource.Path == $"{StackName}/{path}" || resource.Path == $"{StackName}/{path}/Resource";
}
