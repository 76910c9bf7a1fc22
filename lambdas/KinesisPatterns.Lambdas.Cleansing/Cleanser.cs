using System.Globalization;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>Applies the rules to the readings of a batch.</summary>
internal sealed class Cleanser
{
    private readonly CleansingRules _rules;
    private readonly Dictionary<string, byte[]> _tags;
    private readonly DuplicateMemory _memory;
    private readonly ReadingParser _parser = new();
    private readonly List<UserRecord> _users = [];
    private CleansedBatch? _spare;

    public Cleanser(CleansingRules rules, DuplicateMemory? memory = null)
    {
        _rules = rules;
        _memory = memory ?? new(rules.DuplicateWindowSeconds * 1000);
        _tags = rules.Devices.Where(device => device.Value.Count > 0).ToDictionary(
            device => device.Key,
            device => CleansedJson.Tags(device.Value));
    }

    /// <summary>The batch's readings, accepted and rejected, ready to be put into the two streams.</summary>
    public CleansedBatch Cleanse(KinesisBatch batch)
    {
        // One environment has one batch at a time, whose buffers serve the next.
        var result = Interlocked.Exchange(ref _spare, null) ?? new();
        for (var index = 0; index < batch.Records.Count; index++)
        {
            var record = batch.Records[index];
            var id = RecordId.Of(record.EventId.Span);
            _users.Clear();
            KplAggregate.Unpack(record, _users);
            foreach (var user in _users)
            {
                Cleanse(result, index, record, user, id with { SubSequenceNumber = user.SubSequenceNumber });
            }
        }

        return result;
    }

    /// <summary>Remembers what has been written, so that other records with the same reading are duplicates from now on.</summary>
    public void Commit(CleansedBatch batch, ReadOnlySpan<bool> written)
    {
        for (var index = 0; index < batch.Accepted.Count; index++)
        {
            if (written[index])
            {
                var (key, record, arrival) = batch.Keys[index];
                _memory.Remember(key, record, arrival);
            }
        }

        foreach (var (key, arrival) in batch.Repeats)
        {
            _memory.Extend(key, arrival);
        }
    }

    /// <summary>Takes the batch's buffers back.</summary>
    public void Release(CleansedBatch batch)
    {
        if (batch.TryClear())
        {
            Interlocked.Exchange(ref _spare, batch)?.Dispose();
        }
        else
        {
            batch.Dispose();
        }
    }

    private void Cleanse(CleansedBatch result, int index, in KinesisRecord record, in UserRecord user, in RecordId id)
    {
        if (_parser.Parse(user.Data.Span, out var reading) is { } problem)
        {
            result.Reject(Reason.Malformed, problem, index, record, user, reading);
            return;
        }

        if (Check(ref reading, record.Arrival) is var (reason, detail) && detail is not null)
        {
            result.Reject(reason, detail, index, record, user, reading);
            return;
        }

        var key = new ReadingKey(reading.Device!, reading.Metric!, reading.Time);
        if (_memory.IsDuplicate(key, id, record.Arrival) || _memory.IsWithin(result.ArrivalOf(key), record.Arrival))
        {
            result.Repeat(key, record.Arrival);
            result.Reject(
                Reason.Duplicate, $"{reading.Device} {reading.Metric} {Timestamps.Text(reading.Time)} was accepted before",
                index, record, user, reading);
            return;
        }

        result.Accept(index, reading, _tags.GetValueOrDefault(reading.Device!), key, id, record.Arrival);
    }

    /// <summary>The first rule that the reading breaks; converts it to the metric's own unit on the way.</summary>
    private (Reason Reason, string? Detail) Check(ref Reading reading, long arrival)
    {
        if (!_rules.AcceptUnknownDevices && !_rules.Devices.ContainsKey(reading.Device!))
        {
            return (Reason.UnknownDevice, $"{reading.Device} is not listed");
        }

        if (!_rules.Metrics.TryGetValue(reading.Metric!, out var rule))
        {
            if (!_rules.AcceptUnknownMetrics)
            {
                return (Reason.UnknownMetric, $"{reading.Metric} is not listed");
            }
        }
        else
        {
            if (!Convert(rule, ref reading))
            {
                return (Reason.UnknownUnit, $"{reading.Unit} is neither {rule.Unit} nor convertible to it");
            }

            if (!double.IsFinite(reading.Value))
            {
                return (Reason.OutOfRange, $"{reading.Metric} is no finite number in {rule.Unit}");
            }

            if (reading.Value < rule.Minimum)
            {
                return (Reason.OutOfRange, Text($"{reading.Metric} {reading.Value} is below the minimum {rule.Minimum}"));
            }

            if (reading.Value > rule.Maximum)
            {
                return (Reason.OutOfRange, Text($"{reading.Metric} {reading.Value} is above the maximum {rule.Maximum}"));
            }
        }

        var age = arrival - reading.Time;
        return age > _rules.MaximumLatenessSeconds * 1000
            ? (Reason.Late, Text($"{Timestamps.Text(reading.Time)} is {age / 1000.0} seconds before arrival, more than {_rules.MaximumLatenessSeconds}"))
            : -age > _rules.MaximumAheadSeconds * 1000
            ? (Reason.Ahead, Text($"{Timestamps.Text(reading.Time)} is {-age / 1000.0} seconds after arrival, more than {_rules.MaximumAheadSeconds}"))
            : default;
    }

    private static bool Convert(MetricRule rule, ref Reading reading)
    {
        if (reading.Unit is null || string.Equals(reading.Unit, rule.Unit, StringComparison.Ordinal))
        {
            reading.Unit = rule.Unit;
            return true;
        }

        if (rule.Conversions.TryGetValue(reading.Unit, out var conversion))
        {
            reading.Value = (reading.Value * conversion.Factor) + conversion.Offset;
            reading.Unit = rule.Unit;
            return true;
        }

        // A metric without a unit of its own takes readings in whatever unit they have.
        return rule.Unit is null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
