using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Text;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>Answers the runtime's requests: a batch of messages for one address comes in, the effects of all of them go out.</summary>
public sealed class RequestReplyHandler
{
    /// <summary>What the runtime's own HTTP client takes unless <c>payload_max_bytes</c> says otherwise: 32 MiB.</summary>
    public const int DefaultMaximumReplyBytes = 32 * 1024 * 1024;

    private const int Result = 100;
    private const int Incomplete = 101;
    private const int LongestKeyOnStack = 256;

    private static readonly Meter Meter = new("KinesisPatterns.StateFun");
    private static readonly Counter<long> Messages =
        Meter.CreateCounter<long>("statefun.messages", "{message}", "Messages that were handled in batches that succeeded.");

    private static readonly Counter<long> SentAside =
        Meter.CreateCounter<long>("statefun.dead_letters", "{message}", "Messages that were sent aside, because their function threw, in batches that succeeded.");

    private readonly FrozenDictionary<string, FunctionDefinition> _definitions;
    private readonly FrozenDictionary<string, FunctionDefinition>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>Serves the functions that were added so far.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="maximumReplyBytes">How large an answer may be, in bytes; 1 at least.</param>
    /// <exception cref="ArgumentException">There are no functions.</exception>
    public RequestReplyHandler(StatefulFunctions functions, int maximumReplyBytes = DefaultMaximumReplyBytes)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumReplyBytes, 1);
        if (functions.Definitions.Count == 0)
        {
            throw new ArgumentException("expected one function at least, got none", nameof(functions));
        }

        MaximumReplyBytes = maximumReplyBytes;
        _definitions = functions.Definitions.ToFrozenDictionary(StringComparer.Ordinal);
        _lookup = _definitions.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How large an answer may be, in bytes.</summary>
    public int MaximumReplyBytes { get; }

    /// <summary>Handles a request.</summary>
    /// <param name="request">The bytes of a <c>ToFunction</c>; they have to stay as they are until the answer is there.</param>
    /// <param name="services">What functions that are created for each batch are made from.</param>
    /// <param name="cancellation">Is handed on to the functions.</param>
    /// <returns>The bytes of a <c>FromFunction</c>; dispose it when they are sent.</returns>
    /// <exception cref="MalformedMessageException">The bytes are not a request.</exception>
    /// <exception cref="UnknownFunctionException">There is no function of the requested type.</exception>
    /// <exception cref="ReplyTooLargeException">The answer would be larger than <see cref="MaximumReplyBytes"/>.</exception>
    /// <remarks>What a function throws is thrown here, unless its error policy says otherwise.</remarks>
    public async ValueTask<Reply> HandleAsync(
        ReadOnlyMemory<byte> request, IServiceProvider? services = null, CancellationToken cancellation = default)
    {
        using var batch = InvocationBatch.Of(request);
        var definition = Find(batch);
        var reply = ReplyWriter.Rent();
        Context? context = null;
        try
        {
            context = new Context(definition, batch, reply);
            if (AskForMissing(context, reply))
            {
                return new(reply, reply.Finish(Incomplete));
            }

            var function = definition.Create(services ?? NoServices.Instance);
            var aside = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                context.Begin(i);
                if (definition.Errors.FailsBatch)
                {
                    await function.InvokeAsync(context, batch.Argument(i), cancellation);
                }
                else if (!await TryInvokeAsync(function, definition.Errors, context, batch.Argument(i), reply, cancellation))
                {
                    aside++;
                }

                Check(context, reply.Length, i + 1, batch.Count);
            }

            context.WriteMutations();
            Check(context, reply.Length, batch.Count, batch.Count);
            Messages.Add(batch.Count);
            if (aside > 0)
            {
                SentAside.Add(aside);
            }

            return new(reply, reply.Finish(Result));
        }
        catch
        {
            reply.Dispose();
            throw;
        }
        finally
        {
            context?.End();
        }
    }

    private static bool AskForMissing(Context context, ReplyWriter reply)
    {
        var asks = false;
        foreach (var cell in context.Cells)
        {
            if (!cell.IsKnown)
            {
                reply.Missing(cell.Spec);
                asks = true;
            }
        }

        return asks;
    }

    // False when the message was sent aside.
    private async ValueTask<bool> TryInvokeAsync(
        IStatefulFunction function, ErrorPolicy errors, Context context, Message message, ReplyWriter reply, CancellationToken cancellation)
    {
        var before = reply.Length;
        context.Mark();
        try
        {
            await function.InvokeAsync(context, message, cancellation);

            // What one message sends and keeps alone would not fit either if it came alone.
            Check(context, reply.Length - before + context.SetBytes, 1, 1);
            return true;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && errors.Takes(error))
        {
            reply.Truncate(before);
            context.Rollback();
            errors.SendAside(context, message, error);
            if (reply.Length > MaximumReplyBytes / 4L * 3)
            {
                reply.Truncate(before);
                errors.SendAsideWithoutPayload(context, message, error);
            }

            return false;
        }
    }

    private void Check(Context context, int length, int done, int batch)
    {
        // The answer's own head is three to seven bytes more.
        if (length + 7 > MaximumReplyBytes)
        {
            throw new ReplyTooLargeException(context.Self, done, batch, length + 7, MaximumReplyBytes);
        }
    }

    private FunctionDefinition Find(InvocationBatch batch)
    {
        var @namespace = batch.TargetNamespace;
        var type = batch.TargetType;
        if (@namespace.Length + type.Length < LongestKeyOnStack)
        {
            Span<char> key = stackalloc char[LongestKeyOnStack];
            if (Encoding.UTF8.TryGetChars(@namespace, key, out var at))
            {
                key[at++] = '/';
                if (Encoding.UTF8.TryGetChars(type, key[at..], out var length)
                    && _lookup.TryGetValue(key[..(at + length)], out var found))
                {
                    return found;
                }
            }
        }

        var name = $"{Proto.Text(@namespace)}/{Proto.Text(type)}";
        return _definitions.GetValueOrDefault(name) ?? throw new UnknownFunctionException(name, _definitions.Keys);
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
