namespace KinesisPatterns.Lambdas.Streams;

/// <summary>A record on its way to a stream.</summary>
/// <param name="PartitionKey">1 to 256 characters.</param>
/// <param name="Data">The payload.</param>
public readonly record struct OutputRecord(string PartitionKey, ReadOnlyMemory<byte> Data)
{
    /// <summary>What the record counts against Kinesis' limits: payload and key.</summary>
    public int Size => Data.Length + System.Text.Encoding.UTF8.GetByteCount(PartitionKey);
}

/// <summary>The stream that records are put into: one PutRecords call.</summary>
public interface IRecordStream
{
    /// <summary>Puts the records; the answer has, in the same order, null for a stored record or the error's code.</summary>
    Task<IReadOnlyList<string?>> PutAsync(IReadOnlyList<OutputRecord> records, CancellationToken cancellationToken);
}

/// <summary>
/// Puts any number of records, in calls of the size that Kinesis takes, again where single records are refused
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html).
/// </summary>
/// <param name="stream">Where to.</param>
/// <param name="onError">Told of a call that failed as a whole.</param>
/// <param name="time">The clock that pauses between attempts go by.</param>
public sealed class RecordSender(IRecordStream stream, Action<Exception> onError, TimeProvider? time = null)
{
    /// <summary>The most records of one call.</summary>
    public const int MaximumRecords = 500;

    /// <summary>The most bytes of one call.</summary>
    public const int MaximumBytes = 10 * 1024 * 1024;

    /// <summary>
    /// The most bytes of one record of a stream that is not configured for larger ones
    /// (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html).
    /// </summary>
    public const int MaximumRecordBytes = 1024 * 1024;

    private const int Attempts = 6;
    private const int Concurrency = 4;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Puts the records; the answer says of each whether it is stored.</summary>
    public async Task<bool[]> SendAsync(IReadOnlyList<OutputRecord> records, CancellationToken cancellationToken)
    {
        var stored = new bool[records.Count];
        await Parallel.ForEachAsync(
            Calls(records), new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
            async (call, _) => await SendAsync(records, call, stored, cancellationToken));
        return stored;
    }

    private static IEnumerable<List<int>> Calls(IReadOnlyList<OutputRecord> records)
    {
        var call = new List<int>();
        var bytes = 0;
        for (var index = 0; index < records.Count; index++)
        {
            var size = records[index].Size;
            if (size > MaximumRecordBytes)
            {
                continue;
            }

            if (call.Count == MaximumRecords || bytes + size > MaximumBytes)
            {
                yield return call;
                (call, bytes) = ([], 0);
            }

            call.Add(index);
            bytes += size;
        }

        if (call.Count > 0)
        {
            yield return call;
        }
    }

    private async Task SendAsync(
        IReadOnlyList<OutputRecord> records, List<int> call, bool[] stored, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var answers = await stream.PutAsync([.. call.Select(index => records[index])], cancellationToken);
                var refused = new List<int>();
                for (var place = 0; place < call.Count; place++)
                {
                    if (answers[place] is null)
                    {
                        stored[call[place]] = true;
                    }
                    else
                    {
                        refused.Add(call[place]);
                    }
                }

                if (refused.Count == 0)
                {
                    return;
                }

                if (attempt == Attempts)
                {
                    onError(new InvalidOperationException(
                        $"{refused.Count} of {call.Count} records were refused {Attempts} times, last with {answers.Last(code => code is not null)}."));
                    return;
                }

                call = refused;
                await Task.Delay(Backoff.Pause(attempt), _time, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            // What is not stored by now is reported as such; Lambda delivers it again.
            onError(exception);
        }
    }
}
