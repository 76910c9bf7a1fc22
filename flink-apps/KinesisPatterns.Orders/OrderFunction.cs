using System.Text.Json.Nodes;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>When an order reminds its customer of the payment, and when it gives up.</summary>
internal sealed record PaymentTerms(TimeSpan Reminder, TimeSpan Cancellation);

/// <summary>
/// An order: reserves its articles, waits for its payment, is shipped or cancelled. When one article cannot be had, or the payment does not come, it
/// gives back what was reserved for it.
/// </summary>
internal sealed class OrderFunction(Journal journal, PaymentTerms terms) : IStatefulFunction
{
    public static readonly ValueSpec<OrderState> Order = new("order", OrdersTypes.OrderState);
    public static readonly FunctionSpec Spec = new(OrdersTypes.Order, Order, Journal.Version, Journal.Commands);

    private const string PaymentTimer = "order-payment";

    /// <inheritdoc/>
    public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
    {
        if (message.TryGet(OrdersTypes.Reservation, out var reservation))
        {
            Reserved(context, context.Caller!.Value.Id, reservation);
        }
        else if (message.TryGet(OrdersTypes.PaymentDue, out var due))
        {
            Remind(context, due);
        }
        else
        {
            Handle(context, message.As(OrdersTypes.Command));
        }

        return ValueTask.CompletedTask;
    }

    private void Handle(Context context, Command command)
    {
        if (Journal.IsRepeated(context, command))
        {
            return;
        }

        var order = context.Get(Order);
        switch (command.Type, order?.Status)
        {
            case ("PlaceOrder", null):
                Place(context, command);
                break;
            case ("PlaceOrder", _):
                journal.Refuse(context, command, "the order exists already");
                break;
            case (_, null):
                journal.Refuse(context, command, "there is no such order");
                break;
            case ("PayOrder", OrderStatus.Confirmed) when command.Amount == order!.Total:
                Pay(context, order, command);
                break;
            case ("PayOrder", OrderStatus.Confirmed):
                journal.Refuse(context, command, FormattableString.Invariant($"the order costs {order!.Total}, not {command.Amount}"));
                break;
            case ("ShipOrder", OrderStatus.Paid):
                Ship(context, order!, command);
                break;
            case ("CancelOrder", OrderStatus.Placed or OrderStatus.Confirmed):
                Cancel(context, order!, command.CommandId, command.Reason ?? "cancelled by the customer");
                break;
            case var (type, status):
                journal.Refuse(context, command, $"{type} is not for an order that is {status}");
                break;
        }
    }

    private void Place(Context context, Command command)
    {
        var lines = command.Lines!;
        var total = lines.Sum(l => l.Quantity * l.UnitPrice);
        context.Set(Order, new(
            OrderStatus.Placed, command.CustomerId!, total, command.CommandId!, lines, lines.ToDictionary(l => l.Sku, _ => LineStatus.Asked)));
        journal.Write(context, "OrderPlaced", command.CommandId, new()
        {
            ["customerId"] = command.CustomerId,
            ["total"] = total,
            ["lines"] = new JsonArray([.. lines.Select(l => (JsonNode)new JsonObject { ["sku"] = l.Sku, ["quantity"] = l.Quantity, ["unitPrice"] = l.UnitPrice })]),
        });
        foreach (var line in lines)
        {
            context.Send(OrdersTypes.Stock.WithId(line.Sku), OrdersTypes.Reserve, new(command.CommandId!, line.Quantity));
        }
    }

    private void Reserved(Context context, string sku, Reservation reservation)
    {
        var order = context.Get(Order)!.With(sku, reservation.IsReserved ? LineStatus.Reserved : LineStatus.Refused);
        if (order.Status != OrderStatus.Placed)
        {
            // It came too late: the order needs nothing any more.
            context.Set(Order, reservation.IsReserved ? GiveBack(context, order, sku) : order);
        }
        else if (!reservation.IsReserved)
        {
            order = GiveBackAll(context, order with { Status = OrderStatus.Rejected });
            context.Set(Order, order);
            journal.Write(context, "OrderRejected", reservation.CommandId, new() { ["reason"] = $"{sku} is out of stock" });
        }
        else if (order.Reservations.Values.All(r => r == LineStatus.Reserved))
        {
            context.Set(Order, order with { Status = OrderStatus.Confirmed });
            journal.Write(context, "OrderConfirmed", reservation.CommandId, []);
            context.SendAfter(terms.Reminder, context.Self, OrdersTypes.PaymentDue, new(IsLast: false), PaymentTimer);
        }
        else
        {
            context.Set(Order, order);
        }
    }

    private void Remind(Context context, PaymentDue due)
    {
        if (context.Get(Order) is not { Status: OrderStatus.Confirmed } order)
        {
            return;
        }

        if (due.IsLast)
        {
            Cancel(context, order, commandId: null, "the payment did not come");
            return;
        }

        journal.Write(context, "PaymentReminded", commandId: null, new() { ["total"] = order.Total });
        context.SendAfter(terms.Cancellation, context.Self, OrdersTypes.PaymentDue, new(IsLast: true), PaymentTimer);
    }

    private void Pay(Context context, OrderState order, Command command)
    {
        context.Set(Order, order with { Status = OrderStatus.Paid });
        context.CancelDelayed(PaymentTimer);
        journal.Write(context, "OrderPaid", command.CommandId, new() { ["amount"] = command.Amount });
    }

    private void Ship(Context context, OrderState order, Command command)
    {
        foreach (var line in order.Lines)
        {
            context.Send(OrdersTypes.Stock.WithId(line.Sku), OrdersTypes.Settle, new(command.CommandId!, IsShipped: true));
            order = order.With(line.Sku, LineStatus.Settled);
        }

        context.Set(Order, order with { Status = OrderStatus.Shipped });
        journal.Write(context, "OrderShipped", command.CommandId, []);
    }

    private void Cancel(Context context, OrderState order, string? commandId, string reason)
    {
        context.CancelDelayed(PaymentTimer);
        context.Set(Order, GiveBackAll(context, order with { Status = OrderStatus.Cancelled }));
        journal.Write(context, "OrderCancelled", commandId, new() { ["reason"] = reason });
    }

    private static OrderState GiveBackAll(Context context, OrderState order) => order.Reservations
        .Where(r => r.Value == LineStatus.Reserved)
        .Aggregate(order, (state, reserved) => GiveBack(context, state, reserved.Key));

    private static OrderState GiveBack(Context context, OrderState order, string sku)
    {
        context.Send(OrdersTypes.Stock.WithId(sku), OrdersTypes.Settle, new(order.PlacedBy, IsShipped: false));
        return order.With(sku, LineStatus.Settled);
    }
}
