using System.Collections.Concurrent;
using System.Text.Json;
using KinesisPatterns.Local.Faults;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Lambda;

/// <summary>
/// Lambda on this machine: functions as child processes, and the mappings that feed them from streams.
/// </summary>
internal sealed class LambdaService : IFunctionInvoker, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LambdaFunction> _functions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EventSourceMapping> _mappings = new(StringComparer.Ordinal);
    private readonly ProcessGuard _guard = new();

    public LambdaService(LambdaOptions options) => Options = options;

    public LambdaOptions Options { get; }

    /// <summary>The functions with their counters.</summary>
    public IReadOnlyCollection<LambdaFunction> Functions => [.. _functions.Values];

    /// <summary>The event source mappings with their counters.</summary>
    public IReadOnlyCollection<EventSourceMapping> Mappings => [.. _mappings.Values];

    private IFunctionInvoker Invoker => Options.Faults is { } plan ? new DuplicatingInvoker(new FaultyInvoker(this, plan), plan) : this;

    internal DateTimeOffset Now => Options.Time.GetUtcNow();

    /// <summary>Adds a function; fails with the reason when it cannot run here.</summary>
    public LambdaFunction Add(FunctionDefinition definition)
    {
        FunctionProcess.Check(definition);
        var function = new LambdaFunction(definition, Options, _guard);
        if (_functions.TryAdd(definition.Name, function))
        {
            return function;
        }

        function.Dispose();
        throw LambdaException.Conflict("Function already exist: " + definition.Name);
    }

    /// <summary>Creates a mapping and starts it.</summary>
    public EventSourceMapping Add(MappingSettings settings, MappingTuning? tuning = null)
    {
        var function = Find(settings.FunctionName).Definition;
        var mapping = EventSourceMapping.Create(
            settings with { FunctionName = function.Name }, function, Invoker, Options, tuning ?? new());
        if (_mappings.Values.FirstOrDefault(m => m.IsSameAs(mapping)) is { } existing)
        {
            throw LambdaException.Conflict(
                $"The event source arn (\" {settings.EventSourceArn} \") and function (\" {function.Name} \") provided "
                + $"mapping already exists. Please update or delete the existing mapping with UUID {existing.Uuid}");
        }

        _mappings[mapping.Uuid] = mapping;
        mapping.Start();
        return mapping;
    }

    /// <summary>The mapping of a UUID; null when there is none.</summary>
    public EventSourceMapping? FindMapping(string uuid) => _mappings.GetValueOrDefault(uuid);

    /// <summary>Deletes a mapping; what it has in flight is abandoned.</summary>
    public async Task RemoveAsync(EventSourceMapping mapping)
    {
        if (_mappings.TryRemove(mapping.Uuid, out _))
        {
            await mapping.DisposeAsync();
            mapping.Checkpoint?.Delete();
        }
    }

    /// <inheritdoc/>
    public Task<InvocationResult> InvokeAsync(
        string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        InvokeAsync(function, payload, fault: null, cancellationToken);

    internal async Task<InvocationResult> InvokeAsync(
        string function, ReadOnlyMemory<byte> payload, FaultDraw? fault, CancellationToken cancellationToken) =>
        payload.Length <= LambdaLimits.Payload
            ? await Find(function).InvokeAsync(payload, cancellationToken, fault)
            : throw LambdaException.TooLarge(payload.Length);

    /// <summary>Answers the Lambda API (<c>/2015-03-31/…</c>) and the runtime API (<c>/_runtime/…</c>).</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.StartsWith(RuntimeApi.Prefix, StringComparison.Ordinal))
        {
            await RuntimeApi.HandleAsync(this, context);
            return;
        }

        try
        {
            await LambdaApi.HandleAsync(this, context);
        }
        catch (LambdaException e)
        {
            await LambdaApi.RefuseAsync(context, e);
        }
        catch (JsonException e)
        {
            var message = "Could not parse request body into json: " + e.Message;
            await LambdaApi.RefuseAsync(context, new("InvalidRequestContentException", message, 400));
        }
    }

    /// <summary>Stops the mappings and kills every process.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var mapping in _mappings.Values)
        {
            await mapping.DisposeAsync();
        }

        _mappings.Clear();
        foreach (var function in _functions.Values)
        {
            function.Dispose();
        }

        _guard.Dispose();
    }

    /// <summary>The function of a name or an ARN, qualified or not.</summary>
    internal LambdaFunction Find(string function)
    {
        var parts = function.Split(':');
        var name = parts is ["arn", _, "lambda", _, _, "function", var named, ..] ? named : parts[0];
        return _functions.GetValueOrDefault(name)
            ?? throw LambdaException.NotFound("Function not found: " + function);
    }

    internal ExecutionEnvironment? FindEnvironment(string id) =>
        _functions.Values.Select(f => f.Find(id)).FirstOrDefault(e => e is not null);
}
