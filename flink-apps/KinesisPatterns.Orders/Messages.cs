namespace KinesisPatterns.Orders;

/// <summary>An order asks a stock to hold something for it.</summary>
internal sealed record Reserve(string CommandId, int Quantity);

/// <summary>A stock answers an order.</summary>
internal sealed record Reservation(string CommandId, bool IsReserved);

/// <summary>An order no longer needs what a stock holds for it: it was shipped, or it goes back.</summary>
internal sealed record Settle(string CommandId, bool IsShipped);

/// <summary>An order reminds itself of a payment.</summary>
internal sealed record PaymentDue(bool IsLast);
