using System.Text;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>A message to a function.</summary>
public sealed record SentMessage(Address Target, TypedValue Argument);

/// <summary>A message to a function that is to come later; or, with a token alone, the wish that one be taken back.</summary>
/// <param name="Delay">How long it waits.</param>
/// <param name="Target">Whom it is for; null for a cancellation.</param>
/// <param name="Argument">What it is; null for a cancellation.</param>
/// <param name="Token">The name it can be taken back by; null for none.</param>
/// <param name="IsCancellation">Whether one is taken back.</param>
public sealed record DelayedMessage(TimeSpan Delay, Address? Target, TypedValue? Argument, string? Token, bool IsCancellation);

/// <summary>A message to an egress.</summary>
public sealed record EgressMessage(TypeName Egress, TypedValue Argument)
{
    /// <summary>The record that goes into a Kinesis data stream.</summary>
    /// <exception cref="InvalidOperationException">It is not one: the runtime would fail the job.</exception>
    public KinesisRecord AsKinesis()
    {
        var fields = Fields("io.statefun.sdk.egress.KinesisEgressRecord");
        return new(Text(fields[3]), Text(fields[1]), fields[2], fields[4].IsEmpty ? null : Text(fields[4]));
    }

    /// <summary>The record that goes into a Kafka topic.</summary>
    /// <exception cref="InvalidOperationException">It is not one: the runtime would fail the job.</exception>
    public KafkaRecord AsKafka()
    {
        var fields = Fields("io.statefun.sdk.egress.KafkaProducerRecord");
        return new(Text(fields[3]), fields[1].IsEmpty ? null : Text(fields[1]), fields[2]);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private ReadOnlyMemory<byte>[] Fields(string record) => Argument.TypeName == $"type.googleapis.com/{record}"
        ? Wire.MessageReader.BytesFields(Argument.Bytes, highest: 4)
        : throw new InvalidOperationException($"{Egress}: expected {record}, got {Argument.TypeName}");
}

/// <summary>A record for a Kinesis data stream.</summary>
public sealed record KinesisRecord(string Stream, string PartitionKey, ReadOnlyMemory<byte> Data, string? ExplicitHashKey);

/// <summary>A record for a Kafka topic.</summary>
public sealed record KafkaRecord(string Topic, string? Key, ReadOnlyMemory<byte> Value);

/// <summary>What becomes of a value: a new one, or none when it is null.</summary>
public sealed record StateMutation(string Name, TypedValue? Value);

/// <summary>A value that the function has and the runtime did not know of.</summary>
public sealed record MissingValue(string Name, string TypeName, Expiration Expiration);

/// <summary>Everything that a batch comes to.</summary>
/// <param name="Sent">Messages, in order.</param>
/// <param name="Delayed">Delayed messages and cancellations, in order.</param>
/// <param name="Egresses">Messages to egresses, in order.</param>
/// <param name="Mutations">Changes of state, one for a value at the most.</param>
public sealed record Effects(
    IReadOnlyList<SentMessage> Sent,
    IReadOnlyList<DelayedMessage> Delayed,
    IReadOnlyList<EgressMessage> Egresses,
    IReadOnlyList<StateMutation> Mutations);

/// <summary>An answer: effects, or values that the runtime has to send first.</summary>
public sealed record Answer(Effects? Effects, IReadOnlyList<MissingValue> Missing);
