namespace KinesisPatterns.Anomalies;

/// <summary>The scores of the last readings.</summary>
internal sealed class RecentScores
{
    private const int Length = 100;

    private readonly float[] _scores = new float[Length];
    private int _next;

    /// <summary>Whether the score is above all of the last ones; it then is one of them.</summary>
    public bool Add(float score)
    {
        var greatest = 0f;
        foreach (var before in _scores)
        {
            greatest = Math.Max(greatest, before);
        }

        _scores[_next] = score;
        _next = (_next + 1) % Length;
        return score > greatest;
    }

    public void Transfer(StateCodec state)
    {
        state.Values<float>(_scores);
        state.Value(ref _next);
    }
}
