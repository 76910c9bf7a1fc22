using Amazon.EventBridge;
using Amazon.EventBridge.Model;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>Tells of anomalies on an event bus.</summary>
/// <param name="events">The service.</param>
/// <param name="bus">The bus's name.</param>
internal sealed class EventBridgeAlerts(IAmazonEventBridge events, string bus) : IAnomalyAlerts
{
    public const string Source = "kinesis-patterns.time-series";
    public const string DetailType = "Anomaly detected";

    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    private const int EntriesPerCall = 10;

    public async Task<string?[]> PublishAsync(IReadOnlyList<AnomalyEvent> anomalies, CancellationToken cancellationToken)
    {
        var errors = new List<string?>(anomalies.Count);
        foreach (var chunk in anomalies.Chunk(EntriesPerCall))
        {
            try
            {
                var answer = await events.PutEventsAsync(new() { Entries = [.. chunk.Select(Entry)] }, cancellationToken);
                errors.AddRange(answer.Entries.Select(entry => entry.ErrorCode is { Length: > 0 } code ? $"{code} {entry.ErrorMessage}" : null));
            }
            catch (AmazonEventBridgeException exception)
            {
                errors.AddRange(chunk.Select(_ => exception.Message));
            }
        }

        return [.. errors];
    }

    private PutEventsRequestEntry Entry(AnomalyEvent anomaly) => new()
    {
        EventBusName = bus,
        Source = Source,
        DetailType = DetailType,
        Time = DateTimeOffset.FromUnixTimeMilliseconds(anomaly.Assessment.Time).UtcDateTime,
        Detail = anomaly.Detail(),
    };
}
