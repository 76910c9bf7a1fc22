using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Writes a mapping as the Lambda API answers it.</summary>
internal static class MappingAnswer
{
    public static string ArnOf(EventSourceMapping mapping)
    {
        var kinesis = mapping.Options.Kinesis.Options;
        return $"arn:aws:lambda:{kinesis.Region}:{kinesis.AccountId}:event-source-mapping:{mapping.Uuid}";
    }

    public static void Write(Utf8JsonWriter json, EventSourceMapping mapping, string state)
    {
        var settings = mapping.Settings;
        json.WriteStartObject();
        json.WriteString("UUID", mapping.Uuid);
        json.WriteString("EventSourceMappingArn", ArnOf(mapping));
        json.WriteString("EventSourceArn", settings.EventSourceArn);
        json.WriteString("FunctionArn", mapping.Function.Arn);
        json.WriteNumber("BatchSize", settings.BatchSize);
        json.WriteNumber("MaximumBatchingWindowInSeconds", settings.MaximumBatchingWindowInSeconds);
        json.WriteNumber("ParallelizationFactor", settings.ParallelizationFactor);
        json.WriteString("StartingPosition", settings.StartingPosition.Type switch
        {
            ShardPositionType.Latest => "LATEST",
            ShardPositionType.AtTimestamp => "AT_TIMESTAMP",
            _ => "TRIM_HORIZON",
        });
        if (settings.StartingPosition.Type == ShardPositionType.AtTimestamp)
        {
            json.WriteTime("StartingPositionTimestamp", settings.StartingPosition.Timestamp);
        }

        json.WriteBoolean("BisectBatchOnFunctionError", settings.BisectBatchOnFunctionError);
        json.WriteNumber("MaximumRetryAttempts", settings.MaximumRetryAttempts);
        json.WriteNumber("MaximumRecordAgeInSeconds", settings.MaximumRecordAgeInSeconds);
        json.WriteNumber("TumblingWindowInSeconds", settings.TumblingWindowInSeconds);
        json.WriteStrings("FunctionResponseTypes", settings.ReportBatchItemFailures ? ["ReportBatchItemFailures"] : []);
        WriteDestination(json, settings);
        WriteFilters(json, settings);
        json.WriteString("State", state);
        json.WriteString("StateTransitionReason", "User action");
        json.WriteString("LastProcessingResult", mapping.LastProcessingResult);
        json.WriteTime("LastModified", mapping.LastModified);
        json.WriteEndObject();
    }

    private static void WriteDestination(Utf8JsonWriter json, MappingSettings settings)
    {
        json.WriteStartObject("DestinationConfig");
        json.WriteStartObject("OnFailure");
        if (settings.OnFailureDestinationArn is { } arn)
        {
            json.WriteString("Destination", arn);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFilters(Utf8JsonWriter json, MappingSettings settings)
    {
        if (settings.Filters.Count == 0)
        {
            return;
        }

        json.WriteStartObject("FilterCriteria");
        json.WriteStartArray("Filters");
        foreach (var pattern in settings.Filters)
        {
            json.WriteStartObject();
            json.WriteString("Pattern", pattern);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
