namespace KinesisPatterns.Local.Kinesis;

/// <summary>A budget that refills to its capacity within a second; used under the lock of its owner.</summary>
internal struct TokenBucket
{
    private readonly double _capacity;
    private double _tokens;
    private long _refilled;

    public TokenBucket(double capacity) => _tokens = _capacity = capacity;

    /// <summary>
    /// Whether an amount is there; more than the capacity is there when the bucket is full, and leaves a debt.
    /// </summary>
    public bool Has(double amount, long now)
    {
        if (now > _refilled)
        {
            _tokens = Math.Min(_capacity, _tokens + (_capacity * (now - _refilled) / 1000d));
            _refilled = now;
        }

        return _tokens >= Math.Min(amount, _capacity);
    }

    /// <summary>Takes an amount.</summary>
    public void Take(double amount) => _tokens -= amount;
}
