using System.Globalization;
using System.Text;

namespace KinesisPatterns.Replay.Tests;

/// <summary>Events as the functions of the order domain send them.</summary>
internal static class OrderEvents
{
    public static string Placed(string order = "o-1", string customer = "c-1") => Event("order", order, 1, "OrderPlaced",
        $$"""{"customerId":"{{customer}}","total":12.50,"lines":[{"sku":"tea","quantity":2,"unitPrice":6.25}]}""");

    public static string Confirmed(string order = "o-1") => Event("order", order, 2, "OrderConfirmed");

    public static string Paid(string order = "o-1") => Event("order", order, 3, "OrderPaid", """{"amount":12.50}""");

    public static string Cancelled(string order = "o-1", int version = 3) =>
        Event("order", order, version, "OrderCancelled", """{"reason":"the payment did not come"}""");

    /// <summary>The first events of an order's life, and then reminders.</summary>
    public static string OfOrder(string order, int version) => version switch
    {
        1 => Placed(order),
        2 => Confirmed(order),
        _ => Event("order", order, version, "PaymentReminded", """{"total":12.50}"""),
    };

    public static string[] Versions(string order, int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(version => OfOrder(order, version))];

    public static string Event(string aggregate, string id, int version, string type, string data = "{}") => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"eventId":"{{aggregate}}/{{id}}/{{version}}","type":"{{type}}","aggregate":"{{aggregate}}","id":"{{id}}","version":{{version}},"commandId":"c{{version}}","time":"2026-11-26T08:{{version / 60 % 60:00}}:{{version % 60:00}}.1234567+00:00","data":{{data}}}""");

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
