namespace KinesisPatterns.Anomalies;

/// <summary>Random numbers that are the same in every run and continue from a saved state (xorshift64*).</summary>
internal struct DeterministicRandom()
{
    private ulong _state = 0x9E37_79B9_7F4A_7C15;

    /// <summary>A whole number of 0 to <paramref name="limit"/> - 1.</summary>
    public long Below(long limit)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (long)Math.BigMul(_state * 0x2545_F491_4F6C_DD1D, (ulong)limit, out _);
    }

    public void Transfer(StateCodec state) => state.Value(ref _state);
}
