using System.Diagnostics.Metrics;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class MetricsTests : IDisposable
{
    private static readonly FunctionSpec Spec = new(TypeName.Parse("com.example/picky"));

    // Other tests use the same meter at the same time.
    private readonly AsyncLocal<List<string>?> _counted = new();
    private readonly MeterListener _listener = new();

    public MetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "KinesisPatterns.StateFun")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => _counted.Value?.Add($"{instrument.Name} {count}"));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Messages_and_those_sent_aside_are_counted_when_their_batch_has_succeeded()
    {
        _counted.Value = [];

        await Picky().ResultAsync(To("com.example/picky", "1", Int(1), Damaged(), Int(3), Damaged()));

        Assert.Equal(["statefun.messages 4", "statefun.dead_letters 2"], _counted.Value);
    }

    [Fact]
    public async Task A_batch_that_fails_counts_nothing_because_it_comes_again()
    {
        _counted.Value = [];

        await Assert.ThrowsAsync<InvalidOperationException>(() => Picky().AnswerAsync(To("com.example/picky", "1", Damaged(), Int(1), Text("a"))));

        Assert.Empty(_counted.Value);
    }

    private static RequestReplyHandler Picky() => Handler(
        Spec,
        (_, message, _) => { message.As(Types.Int); return default; },
        ErrorPolicy.DeadLetterToKinesis(TypeName.Parse("com.example/dead"), "dead", when: error => error is FormatException));
}
