namespace KinesisPatterns.Cdk;

/// <summary>A store that a function writes points to; the function's stack need not know which.</summary>
public interface ITimeSeriesStore
{
    /// <summary>Where the store answers.</summary>
    string Url { get; }

    /// <summary>The environment variables by which a writer finds the store.</summary>
    IReadOnlyDictionary<string, string> WriterEnvironment { get; }

    /// <summary>Where a writer has to run; null when it may run outside of a VPC.</summary>
    FunctionNetwork? WriterNetwork { get; }

    /// <summary>How Grafana reads the store.</summary>
    ISeriesDataSource DataSource { get; }

    /// <summary>Lets <paramref name="writer"/> write points.</summary>
    Grant GrantWrite(IGrantable writer);
}
