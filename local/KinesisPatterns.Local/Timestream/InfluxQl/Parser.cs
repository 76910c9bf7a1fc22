namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>The part of InfluxQL that the local host answers; everything else is an error that says where.</summary>
/// <remarks>https://docs.influxdata.com/influxdb/v2/query-data/influxql/</remarks>
internal sealed class Parser
{
    private readonly Tokens _tokens;

    private Parser(string text) => _tokens = new(text);

    public static IStatement Parse(string text)
    {
        var parser = new Parser(text);
        var statement = parser.Statement();
        parser._tokens.Takes(";");
        parser._tokens.ExpectEnd();
        return statement;
    }

    private IStatement Statement()
    {
        if (!_tokens.Takes("SHOW"))
        {
            return Select();
        }

        if (_tokens.Takes("MEASUREMENTS"))
        {
            if (!_tokens.Takes("WITH"))
            {
                return new ShowMeasurements(MeasurementFilter.Every);
            }

            _tokens.Expect("MEASUREMENT");
            return new ShowMeasurements(_tokens.Takes("=~")
                ? new(null, _tokens.Pattern() ?? throw _tokens.Unexpected("a pattern"))
                : new(Equal(_tokens.Identifier), null));
        }

        _tokens.Expect("TAG");
        _tokens.Expect("VALUES");
        var from = _tokens.Takes("FROM") ? Measurements() : MeasurementFilter.Every;
        _tokens.Expect("WITH");
        _tokens.Expect("KEY");
        return new ShowTagValues(from, Equal(_tokens.Identifier));
    }

    private string Equal(Func<string> read)
    {
        _tokens.Expect("=");
        return read();
    }

    private MeasurementFilter Measurements() =>
        _tokens.Pattern() is { } pattern ? new(null, pattern) : new(_tokens.Identifier(), null);

    private Select Select()
    {
        _tokens.Expect("SELECT");
        var columns = List(Column);
        if (columns.Any(column => column.Aggregate is not null) && columns.Count > 1)
        {
            throw _tokens.Unexpected("one function by itself");
        }

        _tokens.Expect("FROM");
        var source = Source();
        var (start, end, tags) = Where();
        var (interval, by) = GroupBy();
        if (columns[0].Aggregate is null && (interval is not null || by.Count > 0 || source.Inner is not null))
        {
            throw _tokens.Unexpected("a function with GROUP BY and with a statement in parentheses");
        }

        Fill(interval);
        return new(columns, source, start, end, tags, interval, by, Descending(), Limit());
    }

    private List<T> List<T>(Func<T> read)
    {
        var items = new List<T> { read() };
        while (_tokens.Takes(","))
        {
            items.Add(read());
        }

        return items;
    }

    private Column Column()
    {
        var name = _tokens.Identifier();
        if (!_tokens.Takes("("))
        {
            return new(name, null, _tokens.Takes("AS") ? _tokens.Identifier() : name);
        }

        var known = Enum.TryParse<Aggregate>(name, ignoreCase: true, out var aggregate) && char.IsLetter(name[0]);
        var field = known ? _tokens.Identifier() : throw _tokens.Unexpected("mean, min, max, count, sum or last");
        _tokens.Expect(")");
        return new(field, aggregate, _tokens.Takes("AS") ? _tokens.Identifier() : name.ToLowerInvariant());
    }

    private Source Source()
    {
        if (!_tokens.Takes("("))
        {
            return new(Measurements(), null);
        }

        var inner = Select();
        _tokens.Expect(")");
        return new(MeasurementFilter.Every, inner);
    }

    private (long Start, long End, List<TagCondition> Tags) Where()
    {
        var (start, end) = (long.MinValue, long.MaxValue - 1);
        var tags = new List<TagCondition>();
        for (var more = _tokens.Takes("WHERE"); more; more = _tokens.Takes("AND"))
        {
            var name = _tokens.Identifier();
            if (name == "time")
            {
                (start, end) = Bound(start, end);
            }
            else
            {
                tags.Add(_tokens.Takes("=~")
                    ? new(name, null, _tokens.Pattern() ?? throw _tokens.Unexpected("a pattern"))
                    : new(name, Equal(_tokens.Text), null));
            }
        }

        return (start, end, tags);
    }

    private (long Start, long End) Bound(long start, long end)
    {
        var sign = ((string[])[">=", "<=", ">", "<"]).FirstOrDefault(_tokens.Takes) ?? throw _tokens.Unexpected("a comparison");
        var time = _tokens.Duration();
        return sign switch
        {
            ">=" => (Math.Max(start, time), end),
            ">" => (Math.Max(start, time + 1), end),
            "<=" => (start, Math.Min(end, time)),
            _ => (start, Math.Min(end, time - 1)),
        };
    }

    private (long? Interval, List<string> Tags) GroupBy()
    {
        var tags = new List<string>();
        long? interval = null;
        if (!_tokens.Takes("GROUP"))
        {
            return (null, tags);
        }

        _tokens.Expect("BY");
        foreach (var (name, span) in List(Dimension))
        {
            if (span is null)
            {
                tags.Add(name);
            }

            interval ??= span;
        }

        return (interval, tags);
    }

    private (string Name, long? Span) Dimension()
    {
        var name = _tokens.Identifier();
        if (name != "time" || !_tokens.Takes("("))
        {
            return (name, null);
        }

        var span = _tokens.Duration();
        _tokens.Expect(")");
        return span > 0 ? (name, span) : throw _tokens.Unexpected("an interval above 0");
    }

    private void Fill(long? interval)
    {
        var none = _tokens.Takes("fill") && _tokens.Takes("(") && _tokens.Takes("none") && _tokens.Takes(")");
        if (interval is not null && !none)
        {
            throw _tokens.Unexpected("fill(none)");
        }
    }

    private bool Descending()
    {
        if (!_tokens.Takes("ORDER"))
        {
            return false;
        }

        _tokens.Expect("BY");
        _tokens.Expect("time");
        return _tokens.Takes("DESC") || (_tokens.Takes("ASC") && false);
    }

    private int? Limit() => _tokens.Takes("LIMIT") ? _tokens.Whole() : null;
}
