namespace KinesisPatterns.Blueprints;

/// <summary>A store for series.</summary>
public enum SeriesStoreKind
{
    /// <summary>InfluxDB 2, which any account can create.</summary>
    Influx2,

    /// <summary>InfluxDB 3 Core, which needs a subscription in AWS Marketplace.</summary>
    Influx3,

    /// <summary>Timestream for LiveAnalytics, which is there for existing customers only.</summary>
    Timestream,
}
