using System.Globalization;
using KinesisPatterns.Orders;
using KinesisPatterns.StateFun.Lambda;

await StatefulFunctionsLambda.RunAsync(static () => new LambdaRequestReply(OrdersFunctions.All(
    new(Required("EVENTS_STREAM_NAME"), Required("REJECTED_STREAM_NAME")),
    new(Seconds("PAYMENT_REMINDER_SECONDS"), Seconds("PAYMENT_CANCELLATION_SECONDS")),
    TimeProvider.System)));

static string Required(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
    ? value
    : throw new InvalidOperationException($"{name}: expected a value, got nothing.");

static TimeSpan Seconds(string name) =>
    int.TryParse(Required(name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
        ? TimeSpan.FromSeconds(seconds)
        : throw new InvalidOperationException($"{name}: expected a whole number above 0, got '{Required(name)}'.");
