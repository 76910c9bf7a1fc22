using System.Text.Json.Nodes;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>The stock of one article: supplied from outside, reserved for orders, given back or shipped.</summary>
internal sealed class StockFunction(Journal journal) : IStatefulFunction
{
    public static readonly ValueSpec<StockState> Stock = new("stock", OrdersTypes.StockState);
    public static readonly FunctionSpec Spec = new(OrdersTypes.Stock, Stock, Journal.Version, Journal.Commands);

    /// <inheritdoc/>
    public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        var stock = context.Get(Stock) ?? StockState.Empty;
        if (message.TryGet(OrdersTypes.Reserve, out var reserve))
        {
            Hold(context, stock, reserve);
        }
        else if (message.TryGet(OrdersTypes.Settle, out var settle))
        {
            Settle(context, stock, settle);
        }
        else
        {
            Supply(context, stock, message.As(OrdersTypes.Command));
        }

        return ValueTask.CompletedTask;
    }

    private void Supply(Context context, StockState stock, Command command)
    {
        if (Journal.IsRepeated(context, command))
        {
            return;
        }

        // What is held may come back: there has to be room for it, too.
        var quantity = command.Quantity!.Value;
        if (stock.Available + stock.Reserved.Values.Sum(held => (long)held) + quantity > int.MaxValue)
        {
            throw new OverflowException($"quantity: expected no more of an article than {int.MaxValue}, got {quantity} on top of what is there");
        }

        var supplied = stock with { Available = stock.Available + quantity };
        context.Set(Stock, supplied);
        journal.Write(context, "StockSupplied", journal.Of(command), Data(supplied, quantity));
    }

    private void Hold(Context context, StockState stock, Reserve reserve)
    {
        var order = context.Caller!.Value.Id;
        var cause = journal.At(reserve.CommandId, reserve.Time);
        if (!stock.Reserved.ContainsKey(order) && stock.Available >= reserve.Quantity)
        {
            stock = stock.Hold(order, reserve.Quantity);
            context.Set(Stock, stock);
            journal.Write(context, "StockReserved", cause, Data(stock, reserve.Quantity, order));
        }

        context.Reply(OrdersTypes.Reservation, new(reserve.CommandId, stock.Reserved.ContainsKey(order), cause.Time));
    }

    private void Settle(Context context, StockState stock, Settle settle)
    {
        var order = context.Caller!.Value.Id;
        if (!stock.Reserved.TryGetValue(order, out var quantity))
        {
            return;
        }

        stock = stock.Let(order, returned: settle.IsShipped ? 0 : quantity);
        context.Set(Stock, stock);
        journal.Write(context, settle.IsShipped ? "StockShipped" : "StockReleased", journal.At(settle.CommandId, settle.Time), Data(stock, quantity, order));
    }

    private static JsonObject Data(StockState stock, int quantity, string? order = null)
    {
        var data = new JsonObject { ["quantity"] = quantity, ["available"] = stock.Available };
        if (order is not null)
        {
            data["orderId"] = order;
        }

        return data;
    }
}
