namespace KinesisPatterns.Cdk.Tests;

/// <summary>A network, functions in it, and a cluster that calls them.</summary>
internal static class OrderFunctions
{
    public static RemoteFunctionsProps Props(StatefulFunctionsNetwork network) => new()
    {
        Function = Published.Function with { Timeout = Duration.Seconds(25) },
        Namespace = "orders",
        Names = ["order", "stock"],
        Network = network,
    };

    public static StatefulFunctionsCluster Cluster(
        Stack stack, Func<StatefulFunctionsClusterProps, StatefulFunctionsClusterProps>? change = null)
    {
        var network = new StatefulFunctionsNetwork(stack, "Network");
        var props = new StatefulFunctionsClusterProps
        {
            Network = network,
            Functions = [new RemoteFunctions(stack, "Orders", Props(network))],
        };
        return new(stack, "Cluster", change?.Invoke(props) ?? props);
    }
}
