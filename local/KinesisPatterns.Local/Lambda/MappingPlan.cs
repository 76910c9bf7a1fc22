using System.Globalization;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Settings that were found valid, with their filters compiled.</summary>
internal sealed record MappingPlan(MappingSettings Settings, RecordFilter Filter)
{
    private const int LongestArn = 350;

    public static MappingPlan Of(MappingSettings settings, DateTimeOffset now)
    {
        InRange("BatchSize", settings.BatchSize, 1, 10_000);
        InRange("MaximumBatchingWindowInSeconds", settings.MaximumBatchingWindowInSeconds, 0, 300);
        InRange("ParallelizationFactor", settings.ParallelizationFactor, 1, 10);
        InRange("MaximumRetryAttempts", settings.MaximumRetryAttempts, -1, 10_000);
        InRange("TumblingWindowInSeconds", settings.TumblingWindowInSeconds, 0, 900);
        if (settings.MaximumRecordAgeInSeconds != -1)
        {
            // The API's model admits less; its text says that 60 is the least.
            InRange("MaximumRecordAgeInSeconds", settings.MaximumRecordAgeInSeconds, 60, 604_800);
        }

        if (settings is { TumblingWindowInSeconds: > 0, ParallelizationFactor: > 1 })
        {
            throw LambdaException.InvalidParameter(
                "TumblingWindowInSeconds with a ParallelizationFactor above 1: AWS does not say what it means.");
        }

        if (settings.OnFailureDestinationArn is { Length: > LongestArn })
        {
            throw LambdaException.InvalidParameter(
                $"The ARN of the on-failure destination is longer than {LongestArn} characters.");
        }

        if (settings.StartingPosition is { Type: ShardPositionType.AtTimestamp } start && start.Timestamp > now)
        {
            throw LambdaException.InvalidParameter("StartingPositionTimestamp cannot be in the future.");
        }

        return new(settings, RecordFilter.Parse(settings.Filters));
    }

    private static void InRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw LambdaException.InvalidParameter(string.Create(
                CultureInfo.InvariantCulture, $"{name}: expected {least} to {most}, got {value}"));
        }
    }
}
