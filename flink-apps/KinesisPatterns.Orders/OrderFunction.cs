using System.Text.Json.Nodes;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>When an order reminds its customer of the payment, and when it gives up.</summary>
internal sealed record PaymentTerms(TimeSpan Reminder, TimeSpan Cancellation);

/// <summary>
/// An order: reserves its articles, waits for its payment, is shipped or cancelled. When one article cannot be had, or the payment does not come, it
/// gives back what was reserved for it.
/// </summary>
/// <remarks>
/// Commands that come while it waits for its articles are handled when all of the stocks have answered. Otherwise it would depend on who is faster whether
/// a payment is accepted, and would be decided differently when a job that failed reads an hour's commands in a second.
/// </remarks>
internal sealed class OrderFunction(Journal journal, PaymentTerms terms) : IStatefulFunction
{
    public static readonly ValueSpec<OrderState> Order = new("order", OrdersTypes.OrderState);
    public static readonly FunctionSpec Spec = new(OrdersTypes.Order, Order, Journal.Version, Journal.Commands);

    private const string PaymentTimer = "order-payment";
    private const int MostWaiting = 64;

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
        if (!Journal.IsRepeated(context, command))
        {
            Decide(context, command);
        }
    }

    private void Decide(Context context, Command command)
    {
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
            case (_, OrderStatus.Placed) when order!.Waiting is { Count: MostWaiting }:
                journal.Refuse(context, command, "too many commands wait for the order's articles");
                break;
            case (_, OrderStatus.Placed):
                context.Set(Order, order! with { Waiting = [.. order.Waiting ?? [], command with { CustomerId = null, Lines = null }] });
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
            case ("CancelOrder", OrderStatus.Confirmed):
                Cancel(context, order!, journal.Of(command), command.Reason ?? "cancelled by the customer");
                break;
            case var (type, status):
                journal.Refuse(context, command, $"{type} is not for an order that is {status}");
                break;
        }
    }

    private void Place(Context context, Command command)
    {
        var (lines, cause) = (command.Lines!, journal.Of(command));
        var total = lines.Sum(l => l.Quantity * l.UnitPrice);
        context.Set(Order, new(
            OrderStatus.Placed, command.CustomerId!, total, command.CommandId!, lines, lines.ToDictionary(l => l.Sku, _ => LineStatus.Asked)));
        journal.Write(context, "OrderPlaced", cause, new()
        {
            ["customerId"] = command.CustomerId,
            ["total"] = total,
            ["lines"] = new JsonArray([.. lines.Select(l => (JsonNode)new JsonObject { ["sku"] = l.Sku, ["quantity"] = l.Quantity, ["unitPrice"] = l.UnitPrice })]),
        });
        foreach (var line in lines)
        {
            context.Send(OrdersTypes.Stock.WithId(line.Sku), OrdersTypes.Reserve, new(command.CommandId!, line.Quantity, cause.Time));
        }
    }

    private void Reserved(Context context, string sku, Reservation reservation)
    {
        var cause = journal.At(reservation.CommandId, reservation.Time);
        var order = context.Get(Order)!.With(sku, reservation.IsReserved ? LineStatus.Reserved : LineStatus.Refused);
        if (order.Reservations.ContainsValue(LineStatus.Asked))
        {
            context.Set(Order, order);
            return;
        }

        var waiting = order.Waiting ?? [];
        order = order with { Waiting = null };
        if (order.Lines.FirstOrDefault(l => order.Reservations[l.Sku] == LineStatus.Refused) is { } missing)
        {
            context.Set(Order, GiveBackAll(context, order with { Status = OrderStatus.Rejected }, cause));
            journal.Write(context, "OrderRejected", cause, new() { ["reason"] = $"{missing.Sku} is out of stock" });
        }
        else
        {
            context.Set(Order, order with { Status = OrderStatus.Confirmed });
            journal.Write(context, "OrderConfirmed", cause, []);
            context.SendAfter(terms.Reminder, context.Self, OrdersTypes.PaymentDue, new(IsLast: false, cause.Time + terms.Reminder), PaymentTimer);
        }

        foreach (var command in waiting)
        {
            Decide(context, command);
        }
    }

    private void Remind(Context context, PaymentDue due)
    {
        if (context.Get(Order) is not { Status: OrderStatus.Confirmed } order)
        {
            return;
        }

        var cause = journal.At(commandId: null, due.Time);
        if (due.IsLast)
        {
            Cancel(context, order, cause, "the payment did not come");
            return;
        }

        journal.Write(context, "PaymentReminded", cause, new() { ["total"] = order.Total });
        context.SendAfter(terms.Cancellation, context.Self, OrdersTypes.PaymentDue, new(IsLast: true, cause.Time + terms.Cancellation), PaymentTimer);
    }

    private void Pay(Context context, OrderState order, Command command)
    {
        context.Set(Order, order with { Status = OrderStatus.Paid });
        context.CancelDelayed(PaymentTimer);
        journal.Write(context, "OrderPaid", journal.Of(command), new() { ["amount"] = command.Amount });
    }

    private void Ship(Context context, OrderState order, Command command)
    {
        var cause = journal.Of(command);
        foreach (var line in order.Lines)
        {
            context.Send(OrdersTypes.Stock.WithId(line.Sku), OrdersTypes.Settle, new(command.CommandId!, IsShipped: true, cause.Time));
            order = order.With(line.Sku, LineStatus.Settled);
        }

        context.Set(Order, order with { Status = OrderStatus.Shipped });
        journal.Write(context, "OrderShipped", cause, []);
    }

    private void Cancel(Context context, OrderState order, Cause cause, string reason)
    {
        context.CancelDelayed(PaymentTimer);
        context.Set(Order, GiveBackAll(context, order with { Status = OrderStatus.Cancelled }, cause));
        journal.Write(context, "OrderCancelled", cause, new() { ["reason"] = reason });
    }

    private static OrderState GiveBackAll(Context context, OrderState order, Cause cause)
    {
        foreach (var line in order.Lines.Where(l => order.Reservations[l.Sku] == LineStatus.Reserved))
        {
            context.Send(OrdersTypes.Stock.WithId(line.Sku), OrdersTypes.Settle, new(order.PlacedBy, IsShipped: false, cause.Time));
            order = order.With(line.Sku, LineStatus.Settled);
        }

        return order;
    }
}
