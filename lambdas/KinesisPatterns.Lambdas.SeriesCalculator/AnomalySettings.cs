namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>When an unusual reading is an anomaly.</summary>
/// <param name="Threshold">The score from which on it is.</param>
/// <param name="Cooldown">How long a series has no other one then, by the readings' times.</param>
internal sealed record AnomalySettings(double Threshold, TimeSpan Cooldown);
