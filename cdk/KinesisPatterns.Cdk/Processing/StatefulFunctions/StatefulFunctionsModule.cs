using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>Functions of one namespace and the API behind which they answer.</summary>
internal sealed record ModuleEndpoint(
    string Namespace, IReadOnlyList<string> Names, string UrlPathTemplate, int MaximumBatch, int PoolSize, Duration Call);

/// <summary>A stream whose records are messages to functions.</summary>
internal sealed record ModuleIngress(string Id, IStream Stream, string ValueType, IReadOnlyList<string> Targets);

/// <summary>A stream that functions put records into.</summary>
internal sealed record ModuleEgress(string Id, IStream Stream);

/// <summary>What a cluster runs, as <c>module.yaml</c> and as metadata of the cloud assembly.</summary>
/// <remarks>https://nightlies.apache.org/flink/flink-statefun-docs-stable/docs/modules/overview/</remarks>
internal sealed class StatefulFunctionsModule(IReadOnlyList<ModuleEndpoint> endpoints)
{
    /// <summary>The most that a request or an answer may have: what Lambda takes at once, and more than fits as base64.</summary>
    public const int PayloadBytes = 6 * 1024 * 1024;

    private const int MillisecondsBetweenReads = 400;

    private readonly List<ModuleIngress> _ingresses = [];
    private readonly List<ModuleEgress> _egresses = [];

    public void Add(ModuleIngress ingress) => _ingresses.Add(ingress);

    public void Add(ModuleEgress egress) => _egresses.Add(egress);

    public bool HasIngress(string id) => _ingresses.Any(ingress => ingress.Id == id);

    public bool HasEgress(string id) => _egresses.Any(egress => egress.Id == id);

    public bool Serves(string type) => endpoints.Any(one => one.Names.Any(name => $"{one.Namespace}/{name}" == type));

    public string Yaml(StatefulFunctionsRuntime runtime) => string.Join("\n---\n",
    [
        .. endpoints.Select(Endpoint),
        .. _ingresses.Select(ingress => Ingress(ingress, runtime)),
        .. _egresses.Select(egress => Egress(egress, runtime)),
    ]);

    // Described in docs/event-sourcing.md.
    public Dictionary<string, object> Metadata() => new()
    {
        ["endpoints"] = endpoints.Select(endpoint => new Dictionary<string, object>
        {
            ["functions"] = $"{endpoint.Namespace}/*",
            ["urlPathTemplate"] = endpoint.UrlPathTemplate,
            ["maxNumBatchRequests"] = endpoint.MaximumBatch,
            ["types"] = endpoint.Names.ToArray(),
        }).ToArray(),
        ["ingresses"] = _ingresses.Select(ingress => new Dictionary<string, object>
        {
            ["id"] = ingress.Id,
            ["stream"] = ingress.Stream.StreamName,
            ["valueType"] = ingress.ValueType,
            ["targets"] = ingress.Targets.ToArray(),
        }).ToArray(),
        ["egresses"] = _egresses.Select(egress => new Dictionary<string, object>
        {
            ["id"] = egress.Id,
            ["stream"] = egress.Stream.StreamName,
        }).ToArray(),
    };

    private static string Endpoint(ModuleEndpoint endpoint) => string.Create(CultureInfo.InvariantCulture, $"""
        kind: io.statefun.endpoints.v2/http
        spec:
          functions: {endpoint.Namespace}/*
          urlPathTemplate: "{endpoint.UrlPathTemplate}"
          maxNumBatchRequests: {endpoint.MaximumBatch}
          transport:
            type: io.statefun.transports.v1/async
            call: {endpoint.Call.ToSeconds()}s
            connect: 20s
            pool_ttl: 15s
            pool_size: {endpoint.PoolSize}
            payload_max_bytes: {PayloadBytes}
        """);

    // A shard answers five reads a second to all of its readers together. Apache's consumer would take all five, and end the
    // job when the fourth try of a read is refused; the fork's would take four.
    // https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
    private static string Reading(StatefulFunctionsRuntime runtime) => runtime.IsFork
        ? $"source.reader.empty-records-fetch-interval: {MillisecondsBetweenReads}ms"
        : $"flink.shard.getrecords.intervalmillis: {MillisecondsBetweenReads}";

    private static string Ingress(ModuleIngress ingress, StatefulFunctionsRuntime runtime)
    {
        var arn = runtime.IsFork ? $"\n  streamArn: \"{ingress.Stream.StreamArn}\"" : "";
        var targets = string.Concat(ingress.Targets.Select(target => $"\n        - {target}"));
        return $"""
            kind: io.statefun.kinesis.v1/ingress
            spec:
              id: {ingress.Id}{arn}
              awsRegion:
                type: specific
                id: "{ingress.Stream.Env.Region}"
              awsCredentials:
                type: default
              startupPosition:
                type: earliest
              clientConfigProperties:
                - {Reading(runtime)}
              streams:
                - stream: "{ingress.Stream.StreamName}"
                  valueType: {ingress.ValueType}
                  targets:
            """ + targets;
    }

    private static string Egress(ModuleEgress egress, StatefulFunctionsRuntime runtime)
    {
        // The producer of Apache's release has metrics of its own, which it would have to be allowed to put.
        var own = runtime.IsFork
            ? $"\n  streamName: \"{egress.Stream.StreamName}\""
            : "\n  clientConfigProperties:\n    - MetricsLevel: none";
        return $"""
            kind: io.statefun.kinesis.v1/egress
            spec:
              id: {egress.Id}
              awsRegion:
                type: specific
                id: "{egress.Stream.Env.Region}"
              awsCredentials:
                type: default
            """ + own;
    }
}
