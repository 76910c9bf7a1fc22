using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Page;

/// <summary>The way data takes through a stack, found from what refers to what, in layers from source to insight.</summary>
internal sealed class Pipeline
{
    private readonly Dictionary<string, PageNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<(string From, string To)> _edges = [];
    private readonly Deployment _deployment;
    private readonly IReadOnlyList<Resource> _functions;
    private readonly HashSet<string> _remote = new(StringComparer.Ordinal);

    public Pipeline(Deployment deployment, string source)
    {
        _deployment = deployment;
        foreach (var stream in deployment.OfType("AWS::Kinesis::Stream"))
        {
            Add(stream, "stream", "data stream");
        }

        foreach (var table in deployment.OfType("AWS::DynamoDB::Table").Concat(deployment.OfType("AWS::DynamoDB::GlobalTable")))
        {
            Add(table, "store", "table");
        }

        foreach (var store in deployment.OfType("AWS::Timestream::InfluxDBInstance")
            .Concat(deployment.OfType("AWS::Timestream::InfluxDBCluster")).Concat(deployment.OfType("AWS::Timestream::Table")))
        {
            Add(store, "store", "series store");
        }

        var hooks = new DeploymentHooks(deployment);
        _functions = [.. deployment.OfType("AWS::Lambda::Function").Where(function => !hooks.Include(function))];
        foreach (var function in _functions)
        {
            Add(function, "function", FlinkEquivalents.Include(function) ? "C# in place of Flink" : "function");
        }

        Mappings();
        Modules();
        Deliveries();
        Apis();
        References();
        Source(source);
    }

    public const string SourceId = "source";

    /// <summary>The box of a module.</summary>
    public static string ModuleId(ModuleDescription module) => $"module:{module.Name}";

    /// <summary>The boxes, a layer after what feeds it.</summary>
    public IReadOnlyList<IReadOnlyList<PageNode>> Layers()
    {
        var connected = _nodes.Values.Where(n => _edges.Any(e => e.From == n.Id || e.To == n.Id)).ToList();
        return [.. connected.GroupBy(n => Depth(n.Id, [])).OrderBy(g => g.Key).Select(g => g.ToList())];
    }

    private void Add(Resource resource, string kind, string note) =>
        _nodes[resource.LogicalId] = new(resource.LogicalId, kind, Name(resource), note, $"{resource.Type} {resource.Ref}");

    // TimeSeries/Readings/Resource is "Readings" to whoever wrote the stack.
    private static string Name(Resource resource) => resource.Path.Split('/') is [_, var name, ..] ? name : resource.LogicalId;

    private void Mappings()
    {
        foreach (var mapping in _deployment.OfType("AWS::Lambda::EventSourceMapping"))
        {
            var function = _deployment.ByReference((string)mapping.Properties["FunctionName"]!);
            var stream = _deployment.ByReference((string)mapping.Properties["EventSourceArn"]!);
            Connect(stream, function);
            var destination = (string?)mapping.Properties["DestinationConfig"]?["OnFailure"]?["Destination"];
            if (destination is not null && _deployment.ByReference(destination) is { } bucket)
            {
                Add(bucket, "archive", "given up, payload kept");
                Connect(function, bucket);
            }
        }
    }

    // Between the streams of a module are its functions, which are called through an API.
    private void Modules()
    {
        foreach (var module in ModuleDescription.Of(_deployment))
        {
            var id = ModuleId(module);
            _nodes[id] = new(id, "function", module.Name, "stateful functions", $"{module.Path}: the host plays the runtime");
            var functions = _deployment.OfType("AWS::ApiGateway::Method")
                .Where(m => module.Endpoints.Any(e => e.UrlPathTemplate.Contains((string)m.Properties["RestApiId"]!, StringComparison.Ordinal))).Select(FunctionOf).OfType<Resource>();
            foreach (var function in functions)
            {
                _remote.Add(function.LogicalId);
                Add(function, "function", "remote functions");
            }

            foreach (var stream in module.Ingresses.Select(i => _deployment.ByReference(i.Stream)).OfType<Resource>())
            {
                _edges.Add((stream.LogicalId, id));
                _edges.UnionWith(_remote.Select(function => (stream.LogicalId, function)));
            }

            _edges.UnionWith(module.Egresses.Select(e => _deployment.ByReference(e.Stream)).OfType<Resource>().Select(stream => (id, stream.LogicalId)));
        }
    }

    private void Deliveries()
    {
        foreach (var delivery in _deployment.OfType("AWS::KinesisFirehose::DeliveryStream"))
        {
            Add(delivery, "archive", "delivery to S3");
            Connect(_deployment.ByReference((string?)delivery.Properties["KinesisStreamSourceConfiguration"]?["KinesisStreamARN"] ?? ""), delivery);
        }
    }

    private void Apis()
    {
        foreach (var method in _deployment.OfType("AWS::ApiGateway::Method"))
        {
            var function = FunctionOf(method);
            var api = _deployment.ByReference((string)method.Properties["RestApiId"]!);
            if (function is not null && api is not null && !_remote.Contains(function.LogicalId))
            {
                Add(api, "stream", "REST API");
                Connect(function, api);
            }
        }
    }

    private Resource? FunctionOf(Resource method)
    {
        var uri = (string?)method.Properties["Integration"]?["Uri"] ?? "";
        return _deployment.OfType("AWS::Lambda::Function").FirstOrDefault(f => uri.Contains(f.Attributes["Arn"], StringComparison.Ordinal));
    }

    // A function that reads a stream writes to what its environment names; one behind an API reads from it.
    private void References()
    {
        foreach (var function in _functions.Where(f => !_remote.Contains(f.LogicalId)))
        {
            var values = (function.Properties["Environment"]?["Variables"]?.AsObject() ?? []).Select(v => Json.Text(v.Value)).ToList();
            var reads = _edges.Any(e => e.To == function.LogicalId);
            foreach (var node in _nodes.Values.Where(n => n.Kind is "stream" or "store").ToList())
            {
                var resource = _deployment.Find(node.Id)!;
                string[] names = [resource.Ref, .. resource.Attributes.GetValueOrDefault("Endpoint") is { } endpoint ? new[] { endpoint } : []];
                if (values.Any(v => names.Any(n => v == n || (n.Contains('.', StringComparison.Ordinal) && v.Contains(n, StringComparison.Ordinal)))))
                {
                    Connect(reads ? function : resource, reads ? resource : function);
                }
            }
        }
    }

    private void Source(string source)
    {
        foreach (var stream in _nodes.Values.Where(n => n.Note == "data stream" && _edges.All(e => e.To != n.Id)).ToList())
        {
            _nodes[SourceId] = new(SourceId, "archive", source, "source", "what feeds the stack here");
            _edges.Add((SourceId, stream.Id));
        }
    }

    private void Connect(Resource? from, Resource? to)
    {
        if (from is not null && to is not null)
        {
            _edges.Add((from.LogicalId, to.LogicalId));
        }
    }

    private int Depth(string id, HashSet<string> seen) =>
        !seen.Add(id) ? 0 : _edges.Where(e => e.To == id).Select(e => Depth(e.From, [.. seen]) + 1).DefaultIfEmpty(0).Max();
}
