using KinesisPatterns.Anomalies;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>What the detector found of one reading.</summary>
internal sealed class Finding(Assessment assessment, bool isAnomaly)
{
    public Assessment Assessment { get; } = assessment;

    /// <summary>Null as long as the series is too short for a score.</summary>
    public double? Score => Assessment.Score > 0 ? Assessment.Score : null;

    public bool IsAnomaly { get; } = isAnomaly;

    /// <summary>Whether those who wait for anomalies were told of it.</summary>
    public bool IsPublished { get; set; }
}
