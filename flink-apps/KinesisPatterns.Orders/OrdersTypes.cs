using System.Text.Json.Serialization.Metadata;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>The names that functions, messages and egresses have in module.yaml and to each other.</summary>
internal static class OrdersTypes
{
    public static readonly TypeName Router = TypeName.Parse("orders/commands");
    public static readonly TypeName Order = TypeName.Parse("orders/order");
    public static readonly TypeName Stock = TypeName.Parse("orders/stock");

    public static readonly TypeName Events = TypeName.Parse("orders/events");
    public static readonly TypeName Rejected = TypeName.Parse("orders/rejected");

    public static readonly StateFunType<Command> Command = Json("orders/command", OrdersJson.Default.Command);
    public static readonly StateFunType<Reserve> Reserve = Json("orders/reserve", OrdersJson.Default.Reserve);
    public static readonly StateFunType<Reservation> Reservation = Json("orders/reservation", OrdersJson.Default.Reservation);
    public static readonly StateFunType<Settle> Settle = Json("orders/settle", OrdersJson.Default.Settle);
    public static readonly StateFunType<PaymentDue> PaymentDue = Json("orders/payment-due", OrdersJson.Default.PaymentDue);
    public static readonly StateFunType<OrderState> OrderState = Json("orders/order-state", OrdersJson.Default.OrderState);
    public static readonly StateFunType<StockState> StockState = Json("orders/stock-state", OrdersJson.Default.StockState);
    public static readonly StateFunType<List<string>> Ids = Json("orders/ids", OrdersJson.Default.ListString);
    public static readonly StateFunType<Event> Event = Json("orders/event", OrdersJson.Default.Event);
    public static readonly StateFunType<RejectedCommand> RejectedCommand = Json("orders/rejected-command", OrdersJson.Default.RejectedCommand);

    private static StateFunType<T> Json<T>(string name, JsonTypeInfo<T> json) => Types.Json(TypeName.Parse(name), json);
}
