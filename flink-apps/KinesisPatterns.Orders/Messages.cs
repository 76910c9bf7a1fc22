namespace KinesisPatterns.Orders;

// Each says what led to it, and when that was: an event has its time from there, not from the clock of whoever decides it, perhaps for the second time.

/// <summary>An order asks a stock to hold something for it.</summary>
internal sealed record Reserve(string CommandId, int Quantity, DateTimeOffset? Time);

/// <summary>A stock answers an order.</summary>
internal sealed record Reservation(string CommandId, bool IsReserved, DateTimeOffset? Time);

/// <summary>An order no longer needs what a stock holds for it: it was shipped, or it goes back.</summary>
internal sealed record Settle(string CommandId, bool IsShipped, DateTimeOffset? Time);

/// <summary>An order reminds itself of a payment.</summary>
internal sealed record PaymentDue(bool IsLast, DateTimeOffset? Time);

/// <summary>What an event follows from: a command, or a timer, which has no id.</summary>
internal readonly record struct Cause(string? CommandId, DateTimeOffset Time);
