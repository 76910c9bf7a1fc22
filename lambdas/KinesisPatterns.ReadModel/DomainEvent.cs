using System.Text.Json;

namespace KinesisPatterns.ReadModel;

/// <summary>An event of an order or of a stock, checked: what it needs to change a read model is there.</summary>
/// <param name="Aggregate">order or stock.</param>
/// <param name="Id">The order's id or the article's.</param>
/// <param name="Version">1 for the aggregate's first event, one more for each that follows.</param>
/// <param name="Type">What happened.</param>
/// <param name="Time">When, as text that sorts as the times do.</param>
/// <param name="Data">What else is to be known.</param>
/// <param name="Text">The event as it came.</param>
public sealed record DomainEvent(string Aggregate, string Id, long Version, string Type, string Time, JsonElement Data, string Text)
{
    /// <summary>The aggregate of orders.</summary>
    public const string Order = "order";

    /// <summary>The aggregate of stocks.</summary>
    public const string Stock = "stock";

    /// <summary>The key of the aggregate's item.</summary>
    public string Key => $"{Aggregate}/{Id}";

    /// <summary>Reads an event; fails with what is wrong with it.</summary>
    public static DomainEvent Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return Read(json);
        }
        catch (InvalidOperationException exception)
        {
            // It is sound JSON as long as nobody reads its text.
            throw new FormatException($"event: expected text that is Unicode: {exception.Message}", exception);
        }
    }

    /// <summary>A text of the event's data.</summary>
    internal string DataText(string name) => NotEmpty(Data, name);

    /// <summary>A number of the event's data, as it is written.</summary>
    internal string DataNumber(string name) => Decimal(Data, name);

    /// <summary>The lines of an order.</summary>
    internal IEnumerable<(string Sku, string Quantity, string UnitPrice)> Lines() =>
        Required(Data, "lines", JsonValueKind.Array).EnumerateArray()
            .Select(line => (NotEmpty(line, "sku"), Decimal(line, "quantity"), Decimal(line, "unitPrice")));

    // An event may wait for its predecessor: what is wrong with it has to show when it comes, not when it is applied.
    private void CheckData()
    {
        switch (Aggregate, Type)
        {
            case (Order, "OrderPlaced"):
                DataText("customerId");
                DataNumber("total");
                foreach (var line in Lines())
                {
                    _ = line;
                }

                break;
            case (Order, "OrderCancelled" or "OrderRejected"):
                DataText("reason");
                break;
            case (Stock, "StockSupplied"):
                DataNumber("available");
                break;
            case (Stock, "StockReserved" or "StockReleased" or "StockShipped"):
                DataNumber("quantity");
                DataNumber("available");
                DataText("orderId");
                break;
        }
    }

    private static DomainEvent Read(ReadOnlySpan<byte> json)
    {
        JsonElement root;
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                throw new FormatException("event: expected one JSON object, got more.");
            }

            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new FormatException($"event: expected a JSON object: {exception.Message}", exception);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"event: expected a JSON object, got {root.ValueKind}.");
        }

        var aggregate = Required(root, "aggregate", JsonValueKind.String).GetString()!;
        if (aggregate is not (Order or Stock))
        {
            throw new FormatException($"event: expected order or stock as aggregate, got '{aggregate}'.");
        }

        var time = Required(root, "time", JsonValueKind.String).GetString()!;
        if (!Lambdas.Timestamps.TryParse(time, out var milliseconds))
        {
            throw new FormatException($"event: expected a time, got '{time}'.");
        }

        var read = new DomainEvent(
            aggregate,
            NotEmpty(root, "id"),
            Whole(root, "version", 1),
            NotEmpty(root, "type"),
            Lambdas.Timestamps.Text(milliseconds),
            Required(root, "data", JsonValueKind.Object),
            root.GetRawText());
        read.CheckData();
        return read;
    }

    private static JsonElement Required(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new FormatException($"event: expected {name}, {kind}.");

    private static string NotEmpty(JsonElement element, string name) => Required(element, name, JsonValueKind.String).GetString() is { Length: > 0 } text
        ? text
        : throw new FormatException($"event: expected {name}, got an empty text.");

    private static long Whole(JsonElement element, string name, long minimum) =>
        Required(element, name, JsonValueKind.Number).TryGetInt64(out var value) && value >= minimum
            ? value
            : throw new FormatException($"event: expected {name}, a whole number from {minimum} on.");

    private static string Decimal(JsonElement element, string name) =>
        Required(element, name, JsonValueKind.Number).TryGetDecimal(out var value)
            ? value.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : throw new FormatException($"event: expected {name}, a decimal number.");
}
