namespace KinesisPatterns.Local.Feed;

/// <summary>One run of a stack: it is fed, and what was fed is followed to its end.</summary>
internal interface IBlueprintRun : IAsyncDisposable
{
    /// <summary>Records a second to feed when nobody says how many.</summary>
    double UsualRate { get; }

    /// <summary>A path of the query API to try, relative to its URL.</summary>
    string QueryExample { get; }

    /// <summary>Feeds until the records or the time are over; whatever was put is seen through.</summary>
    Task FeedAsync(IEnumerable<FedRecord> records, double? rate, CancellationToken cancellation);

    /// <summary>Waits until everything has come to its end, but no longer than <paramref name="most"/>.</summary>
    Task DrainAsync(TimeSpan most, CancellationToken cancellation);

    RunSummary Summarize();

    /// <summary>What the run stands at, in a line.</summary>
    string Standing();

    /// <summary>What goes wrong at the moment.</summary>
    IEnumerable<string> Troubles();
}
