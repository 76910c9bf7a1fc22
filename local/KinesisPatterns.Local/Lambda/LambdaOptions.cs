using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.State;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Takes a line that a function wrote: function name, environment, line.</summary>
internal delegate void FunctionLog(string function, string environment, string line);

/// <summary>Options for a <see cref="LambdaService"/>.</summary>
internal sealed record LambdaOptions
{
    /// <summary>The streams that event source mappings read.</summary>
    public required KinesisService Kinesis { get; init; }

    /// <summary>The clock of everything but the child processes' own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Host and port that functions reach this process at; asked when an environment starts.</summary>
    public Func<string> Endpoint { get; init; } = () => throw new InvalidOperationException(
        "LambdaOptions.Endpoint is not set: a function cannot reach its runtime API.");

    /// <summary>
    /// Most processes of one function; further invocations wait for one, as they would for a larger machine.
    /// </summary>
    public int MaximumEnvironments { get; init; } = Math.Max(2, Environment.ProcessorCount * 2);

    /// <summary>How long a function may take to start before its time-out begins to run.</summary>
    /// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html</remarks>
    public TimeSpan InitLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where lines of functions go.</summary>
    public FunctionLog? OnFunctionLog { get; init; }

    /// <summary>Where remarks of the service itself go: what it assumes, what it drops.</summary>
    public Action<string>? OnRemark { get; init; }

    /// <summary>Where what could not be processed goes; null when nothing implements destinations.</summary>
    public IFailureDestination? Destination { get; init; }

    /// <summary>Is told the end of every record of every mapping.</summary>
    public IRecordObserver? Observer { get; init; }

    /// <summary>What goes wrong with the functions of event source mappings; null when nothing does on purpose.</summary>
    public FaultPlan? Faults { get; init; }

    /// <summary>Where mappings keep how far they are beyond this process; null keeps it in memory only.</summary>
    public MappingStore? Store { get; init; }

    /// <summary>Asked before a mapping reads its stream, which it does as the function's role; a text is why it may not.</summary>
    public Func<EventSourceMapping, string?>? AuthorizePolling { get; init; }

    /// <summary>Asked before each call of the Lambda API; null allows everything, a text refuses with it.</summary>
    public Func<HttpContext, string, string, string?>? Authorize { get; init; }
}
