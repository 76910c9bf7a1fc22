namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>Where each version of InfluxDB takes line protocol with times in milliseconds.</summary>
internal static class InfluxAddress
{
    /// <summary>https://docs.influxdata.com/influxdb/v2/api/#operation/PostWrite</summary>
    public static Uri Version2(Uri url, string organization, string bucket) => new(
        url, $"api/v2/write?org={Uri.EscapeDataString(organization)}&bucket={Uri.EscapeDataString(bucket)}&precision=ms");

    /// <summary>https://docs.influxdata.com/influxdb3/core/api/v3/#operation/PostWriteLP</summary>
    public static Uri Version3(Uri url, string database) => new(
        url, $"api/v3/write_lp?db={Uri.EscapeDataString(database)}&precision=millisecond&accept_partial=true");
}
