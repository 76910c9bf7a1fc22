using System.IO.Compression;

namespace KinesisPatterns.Anomalies;

/// <summary>
/// Says of each reading of one series how unusual it is, from the readings before alone: one pass, no training, no settings,
/// about 45 KB of memory however long the series is (docs/time-series.md describes how). Not safe for use by several threads at once.
/// </summary>
public sealed class AnomalyDetector
{
    /// <summary>The score from which on an onset is best called an anomaly.</summary>
    public const double DefaultThreshold = 0.99;

    private const byte Version = 1;

    private readonly ValueScale _scale = new();
    private readonly ProfileMixture _profiles = new();
    private readonly RankScale _ranks = new();
    private readonly NeighbourMemory _neighbours = new();
    private readonly TailHistogram _residuals = new();
    private readonly TailHistogram[] _shapes = [.. Enumerable.Range(0, NeighbourMemory.Distances).Select(_ => new TailHistogram())];
    private readonly RecentScores _recent = new();
    private DeterministicRandom _random = new();
    private long _readings;
    private long _last = long.MinValue;

    /// <summary>How many readings were taken.</summary>
    public long Readings => _readings;

    /// <summary>The time of the last reading taken, in milliseconds since the epoch; null before the first.</summary>
    public long? LastTime => _readings == 0 ? null : _last;

    /// <summary>
    /// Takes the next reading. One that is not newer than the last one is not taken, and the answer is null: readings that come again
    /// change nothing. Gaps and irregular intervals are allowed.
    /// </summary>
    /// <param name="time">Milliseconds since the epoch.</param>
    /// <param name="value">A finite number.</param>
    public Assessment? Add(long time, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "expected a finite number.");
        }

        if (LastTime >= time)
        {
            return null;
        }

        var scaled = _scale.Scale(value);
        var forecast = _profiles.Expect(time, scaled);
        var residual = scaled - forecast.Value;
        _profiles.Learn(time, scaled, _readings);

        var residualTail = _residuals.Add(Math.Abs(residual));
        var (shapesTail, shapeTail, shape) = Shape((float)scaled, (float)residual);
        var score = 1 - Math.Sqrt(residualTail * shapesTail);
        var isOnset = _recent.Add((float)score);
        (_last, _readings) = (time, _readings + 1);
        return new(score, isOnset, forecast with { Value = _scale.Restore(forecast.Value) }, value, time, residualTail, shapeTail, shape);
    }

    /// <summary>The state as at most 64 KB of bytes, from which <see cref="Load"/> continues exactly as this detector would have.</summary>
    public byte[] Save()
    {
        var codec = new StateCodec();
        Transfer(codec);
        var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        using (var deflate = new DeflateStream(bytes, CompressionLevel.Optimal))
        {
            deflate.Write(codec.Written);
        }

        return bytes.ToArray();
    }

    /// <summary>The detector that was saved; fails with a <see cref="FormatException"/> on anything else.</summary>
    public static AnomalyDetector Load(ReadOnlySpan<byte> state)
    {
        if (state.IsEmpty || state[0] != Version)
        {
            throw new FormatException($"state: expected version {Version}.");
        }

        var bytes = new MemoryStream();
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(state[1..].ToArray()), CompressionMode.Decompress);
            deflate.CopyTo(bytes);
        }
        catch (InvalidDataException exception)
        {
            throw new FormatException("state: expected deflated data.", exception);
        }

        var codec = new StateCodec(bytes.ToArray());
        var detector = new AnomalyDetector();
        detector.Transfer(codec);
        return codec.IsAtEnd ? detector : throw new FormatException("state: expected no more bytes.");
    }

    private (double Together, double Rarest, int Length) Shape(float value, float residual)
    {
        Span<double> distances = stackalloc double[NeighbourMemory.Distances];
        if (!_neighbours.Add(value, residual, _ranks.Add(value, ref _random), ref _random, distances))
        {
            return (1, 1, 0);
        }

        var (product, rarest, length) = (1.0, 1.0, 0);
        for (var index = 0; index < distances.Length; index++)
        {
            var tail = _shapes[index].Add(distances[index]);
            product *= tail;
            (rarest, length) = tail < rarest ? (tail, NeighbourMemory.LengthOf(index)) : (rarest, length);
        }

        return (Math.Pow(product, 1.0 / distances.Length), rarest, length);
    }

    private void Transfer(StateCodec state)
    {
        _scale.Transfer(state);
        _profiles.Transfer(state);
        _ranks.Transfer(state);
        _neighbours.Transfer(state);
        _residuals.Transfer(state);
        foreach (var shape in _shapes)
        {
            shape.Transfer(state);
        }

        _recent.Transfer(state);
        _random.Transfer(state);
        state.Value(ref _readings);
        state.Value(ref _last);
    }
}
