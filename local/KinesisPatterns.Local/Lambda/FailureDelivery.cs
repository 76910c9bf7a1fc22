using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Brings records that were given up to the on-failure destination.</summary>
internal static class FailureDelivery
{
    /// <summary>Delivers records with what is known of them; the outcome says where they are.</summary>
    public static async Task<RecordOutcome> DeliverAsync(
        EventSourceMapping mapping, ReadOnlyMemory<KinesisRecord> batch, string condition, int invocations,
        InvocationResult? last, CancellationToken cancellationToken)
    {
        if (mapping.Settings.OnFailureDestinationArn is not { } arn)
        {
            return new(RecordEnd.Dropped, condition);
        }

        if (mapping.Options.Destination is not { } destination)
        {
            mapping.LastError = $"Nothing here delivers to {arn}.";
            return new(RecordEnd.Dropped, mapping.LastError);
        }

        var document = FailureDocuments.Write(mapping, batch.Span, condition, invocations, last);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await destination.SendAsync(arn, document, cancellationToken);
                return new(RecordEnd.DeadLettered, condition);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                mapping.LastError = $"Delivery to {arn} failed: {e.Message}";
                mapping.Remark(mapping.LastError);
                if (attempt == mapping.Tuning.DeliveryRetries)
                {
                    return new(RecordEnd.Dropped, mapping.LastError);
                }
            }

            await BackOff.WaitAsync(
                attempt, mapping.Tuning.FirstRetry, mapping.Tuning.LongestRetry,
                mapping.Options.Time, cancellationToken);
        }
    }
}
