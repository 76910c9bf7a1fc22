using System.Globalization;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>Takes commands from the stream, refuses those that cannot be meant, and hands the others to the aggregate they are for.</summary>
internal sealed class CommandRouter : IStatefulFunction
{
    public static readonly FunctionSpec Spec = new(OrdersTypes.Router);

    private const int LongestReason = 1000;

    // An id becomes a partition key, which has 256 characters at most.
    private const int LongestId = 256;

    // What is said of a command in an event or a refusal may take six times as many bytes in JSON, and a record has 1 MiB.
    private const int LargestCommand = 64 * 1024;

    // Clocks that are as wrong as this are not set; and a time near the end of all time has no room for a reminder.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        if (message.Bytes.Length > LargestCommand)
        {
            throw Invalid($"command: expected {LargestCommand} bytes at most", message.Bytes.Length);
        }

        var command = message.As(OrdersTypes.Command);
        Require(command.CommandId, "commandId");
        Limit(command.Reason, "reason", LongestReason);

        // An order keeps commands that wait, whatever they say.
        Limit(command.Sku, "sku", LongestId);
        if (command.Time is { } time && (time < Earliest || time >= Latest))
        {
            throw Invalid("time: expected one from 2000 to 2199", time.ToString("O", CultureInfo.InvariantCulture));
        }

        context.Send(Target(command), message);
        return ValueTask.CompletedTask;
    }

    private static Address Target(Command command) => command.Type switch
    {
        "PlaceOrder" => Placing(command),
        "PayOrder" when command.Amount is null or <= 0 => throw Invalid("amount: expected a number above 0", command.Amount),
        "PayOrder" or "ShipOrder" or "CancelOrder" => OrdersTypes.Order.WithId(Require(command.OrderId, "orderId")),
        "SupplyStock" => OrdersTypes.Stock.WithId(Supplied(command)),
        var other => throw Invalid("type: expected PlaceOrder, PayOrder, ShipOrder, CancelOrder or SupplyStock", other),
    };

    private static Address Placing(Command command)
    {
        Require(command.CustomerId, "customerId");
        if (command.Lines is not { Count: >= 1 and <= 100 } lines)
        {
            throw Invalid("lines: expected 1 to 100", command.Lines?.Count);
        }

        foreach (var line in lines)
        {
            Require(line.Sku, "lines.sku");
            if (line.Quantity is < 1 or > 1_000_000)
            {
                throw Invalid("lines.quantity: expected 1 to 1000000", line.Quantity);
            }

            if (line.UnitPrice is < 0 or > 1_000_000)
            {
                throw Invalid("lines.unitPrice: expected 0 to 1000000", line.UnitPrice);
            }
        }

        return lines.DistinctBy(l => l.Sku).Count() == lines.Count
            ? OrdersTypes.Order.WithId(Require(command.OrderId, "orderId"))
            : throw Invalid("lines: expected each sku once", lines.CountBy(l => l.Sku).First(c => c.Value > 1).Key);
    }

    private static string Supplied(Command command) => command.Quantity is >= 1 and <= 1_000_000
        ? Require(command.Sku, "sku")
        : throw Invalid("quantity: expected 1 to 1000000", command.Quantity);

    private static string Require(string? value, string path) => value is { Length: >= 1 and <= LongestId }
        ? value
        : throw Invalid($"{path}: expected 1 to {LongestId} characters", value?.Length);

    private static void Limit(string? value, string path, int most)
    {
        if (value?.Length > most)
        {
            throw Invalid($"{path}: expected {most} characters at most", value.Length);
        }
    }

    private static FormatException Invalid(string expected, object? got) =>
        new(FormattableString.Invariant($"{expected}, got {got ?? "nothing"}"));
}
