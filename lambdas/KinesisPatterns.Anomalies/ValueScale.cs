namespace KinesisPatterns.Anomalies;

/// <summary>
/// Brings values of any magnitude near 1 by the first value and the first change. The factor is a power of two: what is
/// computed of scaled values does not depend on the unit that is measured in.
/// </summary>
internal sealed class ValueScale
{
    private const double Largest = 1e15;

    // A smaller change than this share of the value is a matter of rounding.
    private const double Smallest = 1.0 / (1 << 30);

    private double _offset;
    private double _unit;
    private bool _any;

    public double Scale(double value)
    {
        if (!_any)
        {
            (_offset, _any) = (value, true);
        }

        var change = value - _offset;
        if (_unit == 0 && change != 0)
        {
            _unit = PowerOfTwo(Math.Max(Math.Abs(change), Math.Abs(_offset) * Smallest));
        }

        return _unit == 0 ? 0 : Math.Clamp(change / _unit, -Largest, Largest);
    }

    public double Restore(double scaled) => _offset + (scaled * _unit);

    public void Transfer(StateCodec state)
    {
        state.Value(ref _offset);
        state.Value(ref _unit);
        state.Value(ref _any);
    }

    private static double PowerOfTwo(double value) => Math.ScaleB(1, Math.Clamp(Math.ILogB(value), -1_000, 1_000));
}
