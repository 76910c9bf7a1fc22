using System.Buffers.Binary;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>A detector as it is stored.</summary>
/// <param name="Version">How often it was written.</param>
/// <param name="State">Its bytes.</param>
internal sealed record DetectorSnapshot(long Version, byte[] State);

/// <summary>The detector of a series, with what it found lately and when it found the last anomaly.</summary>
internal sealed class SeriesDetector(AnomalySettings settings)
{
    private const int HeaderLength = 16;

    // Late readings may keep what was found since, but not without end.
    private const int MostFindings = 10_000;

    // At most this much is detected again when another environment takes over.
    private const long ReadingsPerSnapshot = 1_000;

    /// <summary>How far back readings are read when there is no snapshot: within it, there would be one.</summary>
    public static readonly TimeSpan LongestWithoutSnapshot = TimeSpan.FromHours(12);

    private readonly Dictionary<long, Finding> _findings = [];
    private AnomalyDetector _detector = new();
    private long? _lastAnomaly;
    private long? _firstUnsaved;
    private long _unsaved;

    private SeriesDetector(AnomalySettings settings, DetectorSnapshot snapshot) : this(settings)
    {
        var header = snapshot.State.AsSpan(0, Math.Min(HeaderLength, snapshot.State.Length));
        if (header.Length < HeaderLength)
        {
            throw new FormatException($"state: expected at least {HeaderLength} bytes, got {header.Length}.");
        }

        _lastAnomaly = BinaryPrimitives.ReadInt64LittleEndian(header) is var time && time == long.MinValue ? null : time;
        LatestScore = BinaryPrimitives.ReadDoubleLittleEndian(header[8..]) is var score && score > 0 ? score : null;
        _detector = AnomalyDetector.Load(snapshot.State.AsSpan(HeaderLength));
        SavedVersion = snapshot.Version;
    }

    /// <summary>The time of the last reading taken.</summary>
    public long? LastTime => _detector.LastTime;

    /// <summary>That reading's score.</summary>
    public double? LatestScore { get; private set; }

    /// <summary>The version of the snapshot that is stored; 0 when there is none.</summary>
    public long SavedVersion { get; private set; }

    /// <summary>Whether enough was taken since the last snapshot for another one.</summary>
    public bool IsSnapshotDue => _unsaved >= ReadingsPerSnapshot || LastTime - _firstUnsaved >= LongestWithoutSnapshot.TotalMilliseconds;

    public static SeriesDetector From(AnomalySettings settings, DetectorSnapshot? snapshot) => snapshot is null ? new(settings) : new(settings, snapshot);

    /// <summary>What was found of the reading of that time; null when it was not taken, or long ago.</summary>
    public Finding? FindingOf(long time) => _findings.GetValueOrDefault(time);

    /// <summary>A batch begins, whose earliest reading has that time: what was before it was seen through.</summary>
    public void Begin(long first)
    {
        foreach (var (time, finding) in _findings)
        {
            if (time < first || (_findings.Count > MostFindings && finding is not { IsAnomaly: true, IsPublished: false }))
            {
                _findings.Remove(time);
            }
        }
    }

    /// <summary>Takes the sample if it is newer than all before; what it found is kept if it may be asked for.</summary>
    public void Take(Sample sample, bool keep)
    {
        if (_detector.Add(sample.Time, sample.Value) is not { } assessment)
        {
            return;
        }

        _unsaved++;
        _firstUnsaved ??= sample.Time;
        var isAnomaly = assessment.IsOnset && assessment.Score >= settings.Threshold
            && !(sample.Time - _lastAnomaly < settings.Cooldown.TotalMilliseconds);
        var finding = new Finding(assessment, isAnomaly);
        LatestScore = finding.Score;
        _lastAnomaly = isAnomaly ? sample.Time : _lastAnomaly;
        if (keep)
        {
            _findings[sample.Time] = finding;
        }
    }

    /// <summary>The snapshot to store next.</summary>
    public DetectorSnapshot Snapshot()
    {
        var detector = _detector.Save();
        var state = new byte[HeaderLength + detector.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, _lastAnomaly ?? long.MinValue);
        BinaryPrimitives.WriteDoubleLittleEndian(state.AsSpan(8), LatestScore ?? 0);
        detector.CopyTo(state.AsSpan(HeaderLength));
        return new(SavedVersion + 1, state);
    }

    public void Saved(DetectorSnapshot snapshot) => (SavedVersion, _unsaved, _firstUnsaved) = (snapshot.Version, 0, null);
}
