namespace KinesisPatterns.Local.Kinesis;

/// <summary>Gives an on-demand stream twice the capacity of the highest throughput that it has seen.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html . AWS does not publish over what time it takes the peak
/// (here: the average of one <see cref="KinesisOptions.OnDemandObservation"/>) nor when it takes capacity away again (here: never).
/// </remarks>
internal sealed class OnDemandScaling(KinesisStream stream)
{
    private const double BytesOfShard = 1 << 20;
    private const double RecordsOfShard = 1000;

    private long _records = stream.RecordsPut;
    private long _bytes = stream.BytesPut;

    /// <summary>The highest throughput so far, in shards.</summary>
    public double Peak { get; private set; }

    /// <summary>Looks at what was put since the last look; called under the gate of the stream.</summary>
    public void Observe(TimeSpan period, int mostShards)
    {
        var (records, bytes) = (stream.RecordsPut - _records, stream.BytesPut - _bytes);
        (_records, _bytes) = (stream.RecordsPut, stream.BytesPut);
        Peak = Math.Max(Peak, Math.Max(records / RecordsOfShard, bytes / BytesOfShard) / period.TotalSeconds);
        if (stream.Mode == "ON_DEMAND" && stream.Status == "ACTIVE")
        {
            Scale((int)Math.Ceiling(2 * Peak), mostShards);
        }
    }

    /// <summary>Gives the stream the capacity that it is to be warm for, in shards.</summary>
    public void Warm(int shards)
    {
        if (shards > stream.OpenShards.Count)
        {
            stream.Become("UPDATING", () => Resharding.Scale(stream, shards));
        }
    }

    // Double the shards at a time is the most, as with any resharding.
    private void Scale(int wanted, int mostShards)
    {
        var open = stream.OpenShards.Count;
        var target = Math.Min(Math.Min(wanted, mostShards), 2 * open);
        if (target > open)
        {
            stream.Become("UPDATING", () => Resharding.Scale(stream, target));
        }
    }
}
