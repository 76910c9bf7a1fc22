using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Lambda;

/// <summary>One event on its way through an environment.</summary>
internal sealed class Invocation(ReadOnlyMemory<byte> payload, FaultDraw? fault = null)
{
    private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string RequestId { get; } = Guid.NewGuid().ToString();

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>What goes wrong with it on purpose.</summary>
    public FaultDraw? Fault { get; } = fault;

    /// <summary>When the function has to be done.</summary>
    public DateTimeOffset Deadline { get; set; }

    /// <summary>Whether the runtime took it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>What the function answered.</summary>
    public Task<Answer> Answered => _answer.Task;

    public bool TryAnswer(ReadOnlyMemory<byte> payload, bool isError) => _answer.TrySetResult(new(payload, isError));

    /// <summary>The function's response or error.</summary>
    internal readonly record struct Answer(ReadOnlyMemory<byte> Payload, bool IsError);
}
