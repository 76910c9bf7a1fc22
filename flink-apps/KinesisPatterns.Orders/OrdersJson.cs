using System.Text.Json.Serialization;

namespace KinesisPatterns.Orders;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(RejectedCommand))]
[JsonSerializable(typeof(Reserve))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(Settle))]
[JsonSerializable(typeof(PaymentDue))]
[JsonSerializable(typeof(OrderState))]
[JsonSerializable(typeof(StockState))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class OrdersJson : JsonSerializerContext;
