using System.Buffers;
using System.Runtime.CompilerServices;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>What becomes of a batch in which a function throws for a message.</summary>
/// <remarks>
/// A batch that fails is repeated until the runtime's time for a call is over; then the job restarts from its last checkpoint and
/// calls again. A message that can never be handled stops everything behind it that way, unless it is sent aside.
/// </remarks>
public sealed class ErrorPolicy
{
    // What Kafka's producer sends at once unless it is told otherwise, and what it adds to a record: the heads of a batch and of a record.
    private const int KafkaRequestBytes = 1024 * 1024;
    private const int KafkaOverhead = 128;

    private static readonly StateFunType<byte[]> DeadLetterType = Types.Custom<byte[]>(
        TypeName.Parse("kinesis.patterns/dead-letter"), bytes => bytes.ToArray(), (bytes, output) => output.Write(bytes));

    private readonly Action<Context, byte[]>? _send;
    private readonly Func<Exception, bool> _when;
    private readonly Func<Context, int> _limit;

    private ErrorPolicy(Action<Context, byte[]>? send, Func<Exception, bool>? when, Func<Context, int> limit) =>
        (_send, _when, _limit) = (send, when ?? (_ => true), limit);

    /// <summary>The batch fails as a whole, and none of its effects take place. This is what the SDKs of other languages do.</summary>
    public static ErrorPolicy FailBatch { get; } = new(null, null, _ => 0);

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
    /// <param name="maximumRecordBytes">
    /// How large a record may be, partition key included: 4,096 to <see cref="Context.MaximumKinesisRecordBytes"/>, in bytes.
    /// </param>
    /// <remarks>
    /// <para>
    /// A payload that does not fit becomes several documents, none of which the egress would fail on. Each has a piece of the payload and says
    /// which: <c>part</c> of <c>parts</c>, from 1. <c>payloadBytes</c> and <c>payloadSha256</c> are the whole payload's, so that somebody who puts the
    /// pieces together can tell that they are one, and complete. They come in order; after a failure of the job they may come again, as any record.
    /// </para>
    /// <para>
    /// A text (the reason, say) longer than a 64th of the limit, in characters, is cut to that; <c>cut</c> names it with the length it had.
    /// </para>
    /// <para>
    /// An answer goes back as a whole, so the payloads of many such messages in one batch may be more than it carries. When three quarters of
    /// <see cref="RequestReplyHandler.MaximumReplyBytes"/> are used, a document has no payload; <c>cut</c> says so, and size and digest are there.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not within its range.</exception>
    public static ErrorPolicy DeadLetterToKinesis(
        TypeName egress, string stream, Func<Exception, bool>? when = null, int maximumRecordBytes = Context.MaximumKinesisRecordBytes)
    {
        ArgumentNullException.ThrowIfNull(egress);
        ArgumentException.ThrowIfNullOrEmpty(stream);
        Check(maximumRecordBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumRecordBytes, Context.MaximumKinesisRecordBytes);
        return new(
            (context, letter) => context.SendKinesis(egress, stream, Key(context), letter.AsSpan()),
            when,
            context => maximumRecordBytes - Proto.Utf8Length(Key(context)));
    }

    /// <summary>As <see cref="DeadLetterToKinesis"/>, into a Kafka topic.</summary>
    /// <param name="egress">The Kafka egress's name in module.yaml.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="when">Which errors a message is to blame for; null takes all.</param>
    /// <param name="maximumRecordBytes">
    /// How large a record may be with its key and what the producer adds, in bytes: its <c>max.request.size</c>; 4,096 at least.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not within its range.</exception>
    public static ErrorPolicy DeadLetterToKafka(
        TypeName egress, string topic, Func<Exception, bool>? when = null, int maximumRecordBytes = KafkaRequestBytes)
    {
        ArgumentNullException.ThrowIfNull(egress);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        Check(maximumRecordBytes);
        return new(
            (context, letter) => context.SendKafka(egress, topic, Key(context), letter.AsSpan()),
            when,
            context => maximumRecordBytes - KafkaOverhead - Proto.Utf8Length(Key(context)));
    }

    /// <summary>As <see cref="DeadLetterToKinesis"/>, to an egress of any kind, as values of <c>kinesis.patterns/dead-letter</c>.</summary>
    /// <param name="egress">The egress's name.</param>
    /// <param name="when">Which errors a message is to blame for; null takes all.</param>
    /// <param name="maximumLetterBytes">How large a document may be: what the egress takes, in bytes; 4,096 at least.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not within its range.</exception>
    public static ErrorPolicy DeadLetter(TypeName egress, Func<Exception, bool>? when = null, int maximumLetterBytes = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(egress);
        Check(maximumLetterBytes);
        return new((context, letter) => context.SendEgress(egress, DeadLetterType, letter), when, _ => maximumLetterBytes);
    }

    internal bool Takes(Exception error) => _send is not null && _when(error);

    internal void SendAside(Context context, Message message, Exception error) =>
        Send(context, DeadLetters.Write(context, message, error, _limit(context)));

    internal void SendAsideWithoutPayload(Context context, Message message, Exception error) =>
        Send(context, DeadLetters.WriteWithoutPayload(context, message, error, _limit(context)));

    private void Send(Context context, List<byte[]> letters)
    {
        foreach (var letter in letters)
        {
            _send!(context, letter);
        }
    }

    private static void Check(int limit, [CallerArgumentExpression(nameof(limit))] string? name = null) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, DeadLetters.SmallestLimit, name);

    // A partition key has a character at least and 256 at most; an id may have none or more.
    private static string Key(Context context) => context.Self.Id switch
    {
        "" => context.Self.Type.ToString(),
        { Length: > 256 } id => id[..(char.IsHighSurrogate(id[255]) ? 255 : 256)],
        var id => id,
    };
}
