using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>Cleanses the readings of a batch and puts each into one of two streams.</summary>
internal sealed class CleansingFunction(
    Cleanser cleanser, RecordSender cleansed, RecordSender rejected, EmbeddedMetrics metrics)
{
    /// <summary>
    /// Every record is tried, whatever happens to others; the answer names the first that has not ended in a stream,
    /// from which on Lambda delivers again. One that fits into neither stream ends, after Lambda's retries, where the
    /// event source mapping keeps what a function could not handle.
    /// </summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        using var batch = await KinesisBatch.ReadAsync(input);
        var result = cleanser.Cleanse(batch);

        var sending = cleansed.SendAsync(result.Accepted.ToRecords(), deadline);
        var rejecting = rejected.SendAsync(result.Rejected.ToRecords(), deadline);
        var accepted = await sending;
        cleanser.Commit(result, accepted);
        var failed = new bool[batch.Records.Count];
        MarkMissing(result.Accepted, accepted, failed);
        MarkMissing(result.Rejected, await rejecting, failed);

        metrics.Write(result.Counts);
        cleanser.Release(result);
        return BatchResponse.From(batch.Records, failed);
    }

    private static void MarkMissing(Output output, bool[] stored, bool[] failed)
    {
        for (var index = 0; index < stored.Length; index++)
        {
            failed[output.Source(index)] |= !stored[index];
        }
    }
}
