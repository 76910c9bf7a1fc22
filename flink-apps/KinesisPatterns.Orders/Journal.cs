using System.Text.Json.Nodes;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>Where events and refusals go.</summary>
internal sealed record OrdersStreams(string Events, string Rejected);

/// <summary>Numbers an aggregate's events and sends them out; remembers which commands had their effect.</summary>
internal sealed class Journal(OrdersStreams streams, TimeProvider time)
{
    // A command comes again when its sender had no answer. The ids go to the function and back with every call, so there is an end to them: a supply
    // that comes again after as many others of its article is taken for a new one. An order refuses what it has had, however late it comes.
    private const int RememberedCommands = 64;

    public static readonly ValueSpec<long> Version = new("version", Types.Long);
    public static readonly ValueSpec<List<string>> Commands = new("commands", OrdersTypes.Ids);

    /// <summary>Whether a command had its effect, or was refused, before; remembers that it has now.</summary>
    public static bool IsRepeated(Context context, Command command)
    {
        var known = context.Get(Commands) ?? [];
        if (known.Contains(command.CommandId!))
        {
            return true;
        }

        known.Add(command.CommandId!);
        context.Set(Commands, known.Count > RememberedCommands ? known[1..] : known);
        return false;
    }

    /// <summary>A command as a cause, at its own time if it has one.</summary>
    public Cause Of(Command command) => At(command.CommandId, command.Time);

    /// <summary>A cause at a time; that of the clock if there is none.</summary>
    public Cause At(string? commandId, DateTimeOffset? at) => new(commandId, (at ?? time.GetUtcNow()).ToUniversalTime());

    public void Write(Context context, string type, Cause cause, JsonObject data)
    {
        var (aggregate, id) = (context.Self.Type.Name, context.Self.Id);
        var version = context.Get(Version) + 1;
        context.Set(Version, version);
        var happened = new Event($"{aggregate}/{id}/{version}", type, aggregate, id, version, cause.CommandId, cause.Time, data);
        context.SendKinesis(OrdersTypes.Events, streams.Events, id, OrdersTypes.Event, happened);
    }

    public void Refuse(Context context, Command command, string reason) => context.SendKinesis(
        OrdersTypes.Rejected, streams.Rejected, context.Self.Id, OrdersTypes.RejectedCommand,
        new(context.Self.Type.ToString(), context.Self.Id, reason, command, Of(command).Time));
}
