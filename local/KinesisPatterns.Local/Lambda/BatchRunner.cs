using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Takes a batch to its end: processed, given up or expired.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and
/// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
/// </remarks>
internal sealed class BatchRunner(EventSourceMapping mapping, CancellationToken cancellationToken)
{
    public async Task RunAsync(ReadOnlyMemory<KinesisRecord> batch, TumblingWindow? window, int failures = 0)
    {
        var throttles = 0;
        InvocationResult? last = null;
        while (true)
        {
            await mapping.Gate.WaitAsync(cancellationToken);
            batch = await DiscardExpiredAsync(batch, failures, last);
            if (batch.IsEmpty)
            {
                return;
            }

            var payload = EventWriter.Write(batch.Span, mapping, window is null ? null : new(window));
            if (payload.Length > LambdaLimits.Event)
            {
                var condition = mapping.Tuning.TooLargeCondition;
                mapping.Remark($"a record exceeds 6 MB: given up as {condition} (AWS does not say as what).");
                await GiveUpAsync(batch, condition, failures, last);
                return;
            }

            mapping.Options.Observer?.Delivering(mapping, batch.Span);
            var result = await InvokeAsync(payload, isRetry: failures > 0);
            if (result.Status is InvocationStatus.Throttled or InvocationStatus.ServiceError)
            {
                await BackOffAsync(throttles++, mapping.Tuning.FirstThrottle, mapping.Tuning.LongestThrottle);
                continue;
            }

            last = result;
            var settings = mapping.Settings;
            var isError = result.Status == InvocationStatus.FunctionError;
            var response = isError ? default : Read(result, batch, settings, window, ref isError);
            if (!isError && response.FailedFrom is null)
            {
                Succeed(batch, window);
                return;
            }

            Fail(result, isError);
            if (response.FailedFrom is > 0 and var done)
            {
                // Progress makes it a new batch, with retries of its own.
                KeepWindow(batch, window);
                mapping.End(batch.Span[..done], new(RecordEnd.Succeeded));
                (batch, failures, throttles) = (batch[done..], 0, 0);
                continue;
            }

            if (isError && settings.BisectBatchOnFunctionError && batch.Length > 1)
            {
                // AWS does not publish where it cuts an odd number: the first half is the smaller one here.
                await RunAsync(batch[..(batch.Length / 2)], window);
                await RunAsync(batch[(batch.Length / 2)..], window);
                return;
            }

            failures++;
            mapping.Checkpoint?.Failed(batch.Span, failures);
            if (settings.MaximumRetryAttempts >= 0 && failures > settings.MaximumRetryAttempts)
            {
                await GiveUpAsync(batch, Conditions.RetryAttemptsExhausted, failures, last);
                return;
            }

            throttles = 0;
            await BackOffAsync(failures - 1, mapping.Tuning.FirstRetry, mapping.Tuning.LongestRetry);
        }
    }

    /// <summary>Tells the function that a window is over, until it says that it heard.</summary>
    public async Task FinishAsync(TumblingWindow window, bool isEarly)
    {
        var payload = EventWriter.Write([], mapping, new(window, IsFinal: true, isEarly));
        for (var failures = 0; ; failures++)
        {
            await mapping.Gate.WaitAsync(cancellationToken);
            var result = await InvokeAsync(payload, isRetry: failures > 0);
            if (result.Status == InvocationStatus.Succeeded)
            {
                return;
            }

            Fail(result, isError: true);
            await BackOffAsync(failures, mapping.Tuning.FirstRetry, mapping.Tuning.LongestRetry);
        }
    }

    private BatchResponse Read(
        InvocationResult result, ReadOnlyMemory<KinesisRecord> batch, MappingSettings settings,
        TumblingWindow? window, ref bool isError)
    {
        var response = BatchResponse.Read(
            result.Payload, batch.Span, settings.ReportBatchItemFailures, window is not null);
        if (response.Remark is { } remark)
        {
            mapping.Remark(remark);
        }

        if (window is not null)
        {
            isError = response.State is null;
            window.State = response.State ?? window.State;
        }

        return isError ? default : response;
    }

    private void Succeed(ReadOnlyMemory<KinesisRecord> batch, TumblingWindow? window)
    {
        KeepWindow(batch, window);
        mapping.LastProcessingResult = "OK";
        Finished(batch);
        mapping.End(batch.Span, new(RecordEnd.Succeeded));
    }

    private void KeepWindow(ReadOnlyMemory<KinesisRecord> batch, TumblingWindow? window)
    {
        if (window is not null)
        {
            mapping.Checkpoint?.KeepWindow(batch.Span[0].ShardId, window);
        }
    }

    private void Fail(InvocationResult result, bool isError)
    {
        if (result.Status is not (InvocationStatus.Throttled or InvocationStatus.ServiceError))
        {
            mapping.Counters.Fail();
            mapping.LastError = isError ? ErrorBody.MessageOf(result.Payload) : "The function reported failed records.";
        }

        mapping.LastProcessingResult = "PROBLEM: Function call failed";
    }

    private async Task<InvocationResult> InvokeAsync(byte[] payload, bool isRetry)
    {
        try
        {
            var result = await mapping.Invoker.InvokeAsync(mapping.Function.Name, payload, cancellationToken);
            if (result.Status is InvocationStatus.Throttled or InvocationStatus.ServiceError)
            {
                mapping.Counters.Throttle();
            }
            else
            {
                mapping.Counters.Invoke(isRetry);
            }

            return result;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The function was not reached: no retry of its own, as with any error of the service.
            mapping.Counters.Throttle();
            mapping.LastError = e.Message;
            mapping.LastProcessingResult = "PROBLEM: Function call failed";
            return new() { Status = InvocationStatus.ServiceError, RequestId = "" };
        }
    }

    private async Task<ReadOnlyMemory<KinesisRecord>> DiscardExpiredAsync(
        ReadOnlyMemory<KinesisRecord> batch, int failures, InvocationResult? last)
    {
        var gone = CountBefore(batch, mapping.Stream.Horizon);
        if (gone > 0)
        {
            mapping.Remark($"{gone} records left the stream before they were processed.");
            mapping.End(batch.Span[..gone], new(RecordEnd.Dropped, "the retention of the stream ended"));
            batch = batch[gone..];
        }

        var age = mapping.Settings.MaximumRecordAgeInSeconds;
        var expired = age < 0 ? 0 : CountBefore(batch, mapping.Now.ToUnixTimeMilliseconds() - (age * 1000L));
        if (expired > 0)
        {
            await GiveUpAsync(batch[..expired], Conditions.RecordAgeExceeded, failures, last);
        }

        return batch[expired..];
    }

    private async Task GiveUpAsync(
        ReadOnlyMemory<KinesisRecord> batch, string condition, int invocations, InvocationResult? last)
    {
        var outcome = await FailureDelivery.DeliverAsync(
            mapping, batch, condition, invocations, last, cancellationToken);
        Finished(batch);
        mapping.End(batch.Span, outcome);
    }

    private void Finished(ReadOnlyMemory<KinesisRecord> batch) => mapping.IteratorAgeMilliseconds =
        Math.Max(0, mapping.Now.ToUnixTimeMilliseconds() - batch.Span[^1].ArrivalMilliseconds);

    private Task BackOffAsync(int attempts, TimeSpan first, TimeSpan longest) =>
        BackOff.WaitAsync(attempts, first, longest, mapping.Options.Time, cancellationToken);

    // Arrival times never fall within a shard, so what is too old is at the front.
    private static int CountBefore(ReadOnlyMemory<KinesisRecord> batch, long milliseconds)
    {
        var count = 0;
        while (count < batch.Length && batch.Span[count].ArrivalMilliseconds < milliseconds)
        {
            count++;
        }

        return count;
    }
}
