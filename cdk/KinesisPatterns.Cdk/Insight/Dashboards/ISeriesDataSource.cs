using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>How Grafana reaches a series store, and the language in which it asks it.</summary>
public interface ISeriesDataSource
{
    /// <summary>Grafana's name for this kind of data source.</summary>
    string Type { get; }

    /// <summary>Whether it is a plugin that has to be installed in the workspace first.</summary>
    bool IsPlugin { get; }

    /// <summary>What Grafana has to know of it: everything but uid, name and secrets.</summary>
    JsonObject Settings { get; }

    /// <summary>How Grafana proves who it is; null when the role of its workspace is enough.</summary>
    SeriesToken? Token { get; }

    /// <summary>Where in a VPC the store is; null when it can be reached from anywhere.</summary>
    StorePlace? Place { get; }

    /// <summary>Lets the role of a workspace read, where that is by role.</summary>
    void GrantRead(IGrantable workspace);

    /// <summary>Grafana's form of a query for figures.</summary>
    JsonObject Target(SeriesQuery query);

    /// <summary>Grafana's form of a query for rows.</summary>
    JsonObject Target(RowsQuery query);

    /// <summary>Grafana's form of a query for the events of an annotation.</summary>
    JsonObject Target(DashboardAnnotation annotation);

    /// <summary>The query for what a variable offers.</summary>
    JsonNode Choices(DashboardVariable variable);
}
