using System.Buffers;
using System.Text.Json;

namespace KinesisPatterns.StateFun;

/// <summary>What becomes of a batch in which a function throws for a message.</summary>
/// <remarks>
/// A batch that fails is repeated until the runtime's time for a call is over; then the job restarts from its last checkpoint and
/// calls again. A message that can never be handled stops everything behind it that way, unless it is sent aside.
/// </remarks>
public sealed class ErrorPolicy
{
    private static readonly StateFunType<byte[]> DeadLetterType = Types.Custom<byte[]>(
        TypeName.Parse("kinesis.patterns/dead-letter"), bytes => bytes.ToArray(), (bytes, output) => output.Write(bytes));

    private readonly Action<Context, byte[]>? _send;
    private readonly Func<Exception, bool> _when;

    private ErrorPolicy(Action<Context, byte[]>? send, Func<Exception, bool>? when) => (_send, _when) = (send, when ?? (_ => true));

    /// <summary>The batch fails as a whole, and none of its effects take place. This is what the SDKs of other languages do.</summary>
    public static ErrorPolicy FailBatch { get; } = new(null, null);

    internal bool FailsBatch => _send is null;

    /// <summary>
    /// Such a message has no effects; a JSON document with its address, its payload and the reason goes into a Kinesis data
    /// stream, under the address's id. The rest of the batch goes on.
    /// </summary>
    /// <param name="egress">The Kinesis egress's name in module.yaml.</param>
    /// <param name="stream">The stream's name.</param>
    /// <param name="when">
    /// Which errors a message is to blame for; null takes all. A store that cannot be reached, say, is better waited for: let it fail the batch.
    /// </param>
    public static ErrorPolicy DeadLetterToKinesis(TypeName egress, string stream, Func<Exception, bool>? when = null)
    {
        ArgumentNullException.ThrowIfNull(egress);
        ArgumentException.ThrowIfNullOrEmpty(stream);
        return new((context, letter) => context.SendKinesis(egress, stream, Key(context), letter.AsSpan()), when);
    }

    /// <summary>As <see cref="DeadLetterToKinesis"/>, into a Kafka topic.</summary>
    /// <param name="egress">The Kafka egress's name in module.yaml.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="when">Which errors a message is to blame for; null takes all.</param>
    public static ErrorPolicy DeadLetterToKafka(TypeName egress, string topic, Func<Exception, bool>? when = null)
    {
        ArgumentNullException.ThrowIfNull(egress);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return new((context, letter) => context.SendKafka(egress, topic, context.Self.Id, letter.AsSpan()), when);
    }

    /// <summary>As <see cref="DeadLetterToKinesis"/>, to an egress of any kind, as a value of <c>kinesis.patterns/dead-letter</c>.</summary>
    /// <param name="egress">The egress's name.</param>
    /// <param name="when">Which errors a message is to blame for; null takes all.</param>
    public static ErrorPolicy DeadLetter(TypeName egress, Func<Exception, bool>? when = null)
    {
        ArgumentNullException.ThrowIfNull(egress);
        return new((context, letter) => context.SendEgress(egress, DeadLetterType, letter), when);
    }

    internal bool Takes(Exception error) => _send is not null && _when(error);

    internal void SendAside(Context context, Message message, Exception error) => _send!(context, Letter(context, message, error));

    // A partition key has a character at least and 256 at most; an id may have none or more.
    private static string Key(Context context) => context.Self.Id switch
    {
        "" => context.Self.Type.ToString(),
        { Length: > 256 } id => id[..(char.IsHighSurrogate(id[255]) ? 255 : 256)],
        var id => id,
    };

    private static byte[] Letter(Context context, Message message, Exception error)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("function", context.Self.Type.ToString());
            json.WriteString("id", context.Self.Id);
            if (context.Caller is { } caller)
            {
                json.WriteString("caller", caller.ToString());
            }

            json.WriteString("typeName", message.TypeName);
            json.WriteBase64String("payload", message.Bytes.Span);
            json.WriteString("error", error.GetType().FullName);
            json.WriteString("reason", error.Message);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}
