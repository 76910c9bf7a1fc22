using System.Text.Json.Nodes;

namespace KinesisPatterns.Orders;

/// <summary>Something that has happened to an order or to a stock.</summary>
/// <param name="EventId">Aggregate, id and version: the same for every delivery of the same event.</param>
/// <param name="Type">What happened.</param>
/// <param name="Aggregate">order or stock.</param>
/// <param name="Id">The order's id or the article's.</param>
/// <param name="Version">1 for the aggregate's first event, one more for each that follows.</param>
/// <param name="CommandId">The command that led to it; null when a timer did.</param>
/// <param name="Time">When it happened: the time of the command that led to it, or when the timer was due.</param>
/// <param name="Data">What else is to be known.</param>
internal sealed record Event(
    string EventId, string Type, string Aggregate, string Id, long Version, string? CommandId, DateTimeOffset Time, JsonObject Data);

/// <summary>A command that was understood and refused.</summary>
internal sealed record RejectedCommand(string Function, string Id, string Reason, Command Command, DateTimeOffset Time);
