using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace KinesisPatterns.ReadModel;

/// <summary>What became of an event.</summary>
public enum Outcome
{
    /// <summary>It changed the read model.</summary>
    Applied,

    /// <summary>The read model had it already.</summary>
    Duplicate,

    /// <summary>It is kept until its predecessor is there.</summary>
    Early,

    /// <summary>It came too early to be kept.</summary>
    Refused,
}

/// <summary>An aggregate as the read model has it.</summary>
/// <remarks>
/// The order of events is that of their versions, whatever the order in which they come: a read model that has seen the same
/// events is the same.
/// </remarks>
public sealed class ReadModelItem
{
    /// <summary>The most events of an aggregate that wait for a predecessor.</summary>
    public const int MaximumEarly = 100;

    // An item of DynamoDB has 400 KB at most (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
    private const int MaximumEarlyCharacters = 100_000;
    private const int MaximumHistory = 50;

    private readonly Dictionary<string, AttributeValue> _attributes;

    private ReadModelItem(Dictionary<string, AttributeValue> attributes) => _attributes = attributes;

    /// <summary>The attributes, to be stored.</summary>
    public IReadOnlyDictionary<string, AttributeValue> Attributes => _attributes;

    /// <summary>The aggregate, a slash, its id.</summary>
    public string Key => _attributes[ReadModel.Attributes.Id].S;

    /// <summary>The last event that is applied; 0 when none is.</summary>
    public long Version => Number(ReadModel.Attributes.Version);

    /// <summary>How often it was stored; 0 when never.</summary>
    public long Revision => Number(ReadModel.Attributes.Revision);

    /// <summary>The versions that wait for a predecessor, ascending.</summary>
    public IEnumerable<long> EarlyVersions => Early.Keys.Select(version => long.Parse(version, CultureInfo.InvariantCulture)).Order();

    private Dictionary<string, AttributeValue> Early => _attributes.GetValueOrDefault(ReadModel.Attributes.Early)?.M ?? [];

    /// <summary>An aggregate of which nothing is known.</summary>
    public static ReadModelItem New(string key) => new(new() { [ReadModel.Attributes.Id] = new(key) });

    /// <summary>An aggregate as it was stored.</summary>
    public static ReadModelItem Of(Dictionary<string, AttributeValue> attributes) => new(attributes);

    /// <summary>Applies or keeps the event, and what has waited for it; <paramref name="applied"/> counts both.</summary>
    public Outcome Add(DomainEvent added, ref int applied)
    {
        var version = Version;
        var early = Early;
        var key = added.Version.ToString(CultureInfo.InvariantCulture);
        if (added.Version <= version || early.ContainsKey(key))
        {
            return Outcome.Duplicate;
        }

        if (added.Version > version + 1)
        {
            if (early.Count >= MaximumEarly || early.Values.Sum(kept => kept.S.Length) + added.Text.Length > MaximumEarlyCharacters)
            {
                return Outcome.Refused;
            }

            _attributes[ReadModel.Attributes.Early] = new() { M = new(early) { [key] = new(added.Text) } };
            return Outcome.Early;
        }

        Apply(added);
        applied++;
        while (Early.TryGetValue((Version + 1).ToString(CultureInfo.InvariantCulture), out var next))
        {
            Apply(DomainEvent.Parse(System.Text.Encoding.UTF8.GetBytes(next.S)));
            applied++;
        }

        return Outcome.Applied;
    }

    /// <summary>Marks what is stored next as newer than what is stored now.</summary>
    internal void Touch() => SetNumber(ReadModel.Attributes.Revision, Revision + 1);

    private void Apply(DomainEvent happened)
    {
        Forget(happened.Version);
        SetNumber(ReadModel.Attributes.Version, happened.Version);
        _attributes[ReadModel.Attributes.Updated] = new(happened.Time);
        AddHistory(happened);
        if (happened.Aggregate == DomainEvent.Order)
        {
            ApplyToOrder(happened);
        }
        else
        {
            ApplyToStock(happened);
        }
    }

    private void ApplyToOrder(DomainEvent happened)
    {
        // A type that is not known yet has its place in the history and no status.
        var status = happened.Type switch
        {
            "OrderPlaced" => "Placed",
            "OrderConfirmed" => "Confirmed",
            "OrderPaid" => "Paid",
            "OrderShipped" => "Shipped",
            "OrderCancelled" => "Cancelled",
            "OrderRejected" => "Rejected",
            _ => null,
        };
        if (status is not null)
        {
            _attributes[ReadModel.Attributes.Status] = new(status);
        }

        switch (happened.Type)
        {
            case "OrderPlaced":
                _attributes[ReadModel.Attributes.Customer] = new(happened.DataText("customerId"));
                _attributes[ReadModel.Attributes.Placed] = new(happened.Time);
                _attributes[ReadModel.Attributes.Total] = new() { N = happened.DataNumber("total") };
                _attributes[ReadModel.Attributes.Lines] = new()
                {
                    L = [.. happened.Lines().Select(line => new AttributeValue
                    {
                        M = new()
                        {
                            ["sku"] = new(line.Sku),
                            ["quantity"] = new() { N = line.Quantity },
                            ["unitPrice"] = new() { N = line.UnitPrice },
                        },
                    })],
                };
                break;
            case "OrderCancelled" or "OrderRejected":
                _attributes[ReadModel.Attributes.Reason] = new(happened.DataText("reason"));
                break;
        }
    }

    private void ApplyToStock(DomainEvent happened)
    {
        if (happened.Type is not ("StockSupplied" or "StockReserved" or "StockReleased" or "StockShipped"))
        {
            return;
        }

        _attributes[ReadModel.Attributes.Available] = new() { N = happened.DataNumber("available") };
        if (happened.Type == "StockSupplied")
        {
            return;
        }

        var reserved = new Dictionary<string, AttributeValue>(_attributes.GetValueOrDefault(ReadModel.Attributes.Reserved)?.M ?? []);
        if (happened.Type == "StockReserved")
        {
            reserved[happened.DataText("orderId")] = new() { N = happened.DataNumber("quantity") };
        }
        else
        {
            reserved.Remove(happened.DataText("orderId"));
        }

        Set(ReadModel.Attributes.Reserved, reserved);
    }

    private void AddHistory(DomainEvent happened)
    {
        var history = _attributes.GetValueOrDefault(ReadModel.Attributes.History)?.L ?? [];
        var entry = new AttributeValue
        {
            M = new()
            {
                ["version"] = new() { N = happened.Version.ToString(CultureInfo.InvariantCulture) },
                ["type"] = new(happened.Type),
                ["time"] = new(happened.Time),
            },
        };
        _attributes[ReadModel.Attributes.History] = new() { L = [.. history.TakeLast(MaximumHistory - 1), entry] };
    }

    private void Forget(long version)
    {
        var early = new Dictionary<string, AttributeValue>(Early);
        if (early.Remove(version.ToString(CultureInfo.InvariantCulture)))
        {
            Set(ReadModel.Attributes.Early, early);
        }
    }

    private void Set(string name, Dictionary<string, AttributeValue> map)
    {
        if (map.Count > 0)
        {
            _attributes[name] = new() { M = map };
        }
        else
        {
            _attributes.Remove(name);
        }
    }

    private long Number(string name) =>
        _attributes.GetValueOrDefault(name)?.N is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;

    private void SetNumber(string name, long value) => _attributes[name] = new() { N = value.ToString(CultureInfo.InvariantCulture) };
}
