using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>Answers questions about a series from the windows in the table.</summary>
/// <param name="reader">The table.</param>
/// <param name="window">The length of a window in seconds.</param>
internal sealed class SeriesQueries(ISeriesReader reader, int window)
{
    // Samples that one answer looks at; a period is always looked at as a whole.
    private const int MaximumSamples = 400_000;
    private const int WindowsPerPeriod = 1_500;

    /// <summary>The longest period in seconds.</summary>
    public int LongestPeriod => (int)Math.Min((long)window * WindowsPerPeriod, int.MaxValue / window * window);

    public async Task<ReadingsAnswer> ReadingsAsync(SeriesKey series, QueryParameters parameters)
    {
        const string Question = "readings";
        var limit = parameters.Limit();
        var page = Page(parameters, Question, series);
        var readings = new List<ReadingAnswer>();
        string? unit = null;
        long? next = null;
        await foreach (var stored in reader.WindowsAsync(series, SeriesTable.WindowStart(page.At, Milliseconds), page.To))
        {
            unit = stored.Unit ?? unit;
            foreach (var sample in stored.Samples)
            {
                if (sample.Time < page.At || sample.Time >= page.To)
                {
                    continue;
                }

                if (readings.Count == limit)
                {
                    next = sample.Time;
                    break;
                }

                readings.Add(new(Timestamps.Text(sample.Time), sample.Value));
            }

            if (next is not null)
            {
                break;
            }
        }

        return new(
            series.Device, series.Metric, Timestamps.Text(page.From), Timestamps.Text(page.To), unit, readings,
            next is { } at ? (page with { At = at }).Encode(Question, series) : null);
    }

    public async Task<AggregatesAnswer> AggregatesAsync(SeriesKey series, QueryParameters parameters)
    {
        var limit = parameters.Limit();
        var period = parameters.Period(window, LongestPeriod);
        var question = $"aggregates {period}";
        var page = Page(parameters, question, series);
        var length = period * 1000L;

        var aggregates = new List<AggregateAnswer>();
        var samples = new List<Sample>();
        string? unit = null;
        long? next = null, start = null;
        var seen = 0;
        await foreach (var stored in reader.WindowsAsync(series, SeriesTable.WindowStart(page.At, length), page.To))
        {
            unit = stored.Unit ?? unit;
            var of = SeriesTable.WindowStart(stored.Start, length);
            if (start is { } open && of != open)
            {
                Close(open);
                if (aggregates.Count == limit || seen >= MaximumSamples)
                {
                    (next, start) = (of, null);
                    break;
                }
            }

            start = of;
            seen += stored.Samples.Length;
            samples.AddRange(stored.Samples.Where(sample => sample.Time >= page.From && sample.Time < page.To));
        }

        if (start is { } last)
        {
            Close(last);
        }

        return new(
            series.Device, series.Metric, Timestamps.Text(page.From), Timestamps.Text(page.To), period, unit, aggregates,
            next is { } at ? (page with { At = at }).Encode(question, series) : null);

        void Close(long begin)
        {
            if (samples.Count > 0)
            {
                aggregates.Add(Aggregate(begin, length, SeriesStatistics.Of(samples.ToArray())));
                samples.Clear();
            }
        }
    }

    private long Milliseconds => window * 1000L;

    private static PageToken Page(QueryParameters parameters, string question, SeriesKey series)
    {
        if (parameters.Next() is { } next)
        {
            return PageToken.Decode(next, question, series);
        }

        var (from, to) = parameters.Span();
        return new(from, to, from);
    }

    private static AggregateAnswer Aggregate(long start, long length, SeriesStatistics statistics) => new()
    {
        Start = Timestamps.Text(start),
        End = Timestamps.Text(start + length),
        Count = statistics.Count,
        Sum = statistics.Sum,
        Mean = statistics.Mean,
        Deviation = statistics.Deviation,
        Minimum = statistics.Minimum,
        Maximum = statistics.Maximum,
        First = statistics.First,
        Last = statistics.Last,
        P50 = statistics.P50,
        P90 = statistics.P90,
        P99 = statistics.P99,
    };
}
