namespace KinesisPatterns.Local.State;

/// <summary>Whole numbers, kept as the runs that they form.</summary>
internal sealed class RangeSet
{
    private readonly List<(long First, long Last)> _runs = [];

    /// <summary>The runs, in order; no two touch.</summary>
    public IReadOnlyList<(long First, long Last)> Runs => _runs;

    public bool Contains(long number)
    {
        var at = At(number);
        return at >= 0 && _runs[at].Last >= number;
    }

    public void Add(long first, long last)
    {
        var from = At(first - 1);
        if (from < 0 || _runs[from].Last < first - 1)
        {
            from++;
        }

        var until = from;
        while (until < _runs.Count && _runs[until].First <= last + 1)
        {
            first = Math.Min(first, _runs[until].First);
            last = Math.Max(last, _runs[until].Last);
            until++;
        }

        _runs.RemoveRange(from, until - from);
        _runs.Insert(from, (first, last));
    }

    /// <summary>Forgets every number below.</summary>
    public void RemoveBelow(long number)
    {
        var gone = _runs.FindIndex(run => run.Last >= number);
        _runs.RemoveRange(0, gone < 0 ? _runs.Count : gone);
        if (_runs.Count > 0 && _runs[0].First < number)
        {
            _runs[0] = (number, _runs[0].Last);
        }
    }

    // The last run that does not start after the number; -1 when there is none.
    private int At(long number)
    {
        var (low, high) = (-1, _runs.Count - 1);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            (low, high) = _runs[middle].First <= number ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
