using System.Text.RegularExpressions;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

public sealed partial class Context
{
    /// <summary>
    /// How large a Kinesis record may be, data and partition key together: 1 MiB. A stream may be told to take more, but the egress's producer
    /// library stops the job at anything above.
    /// </summary>
    public const int MaximumKinesisRecordBytes = 1024 * 1024;

    private static readonly TypeName KinesisRecord = TypeName.Parse("type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord");
    private static readonly TypeName KafkaRecord = TypeName.Parse("type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord");

    /// <summary>Sends a message out, to an egress that takes values of this type.</summary>
    public void SendEgress<T>(TypeName egress, StateFunType<T> type, T value) => Effects.Egress(Checked(egress), Checked(type), value);

    /// <summary>Sends the bytes of a message out, as they are.</summary>
    public void SendEgress(TypeName egress, Message message) => Effects.Egress(Checked(egress), message);

    /// <summary>Puts a record into a Kinesis data stream: the bytes as they are.</summary>
    /// <param name="egress">The egress's name in module.yaml.</param>
    /// <param name="stream">The stream's name.</param>
    /// <param name="partitionKey">1 to 256 characters (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html).</param>
    /// <param name="value">The record's data; with the key it may have <see cref="MaximumKinesisRecordBytes"/>.</param>
    /// <param name="explicitHashKey">A number from 0 to 2^128-1 that chooses the shard in the partition key's place.</param>
    /// <exception cref="ArgumentException">A parameter is not what Kinesis takes; found here, it does not stop the job.</exception>
    public void SendKinesis(TypeName egress, string stream, string partitionKey, ReadOnlySpan<byte> value, string? explicitHashKey = null)
    {
        CheckKinesis(stream, partitionKey, value, explicitHashKey);
        Effects.EgressRecord(Checked(egress), KinesisRecord, partitionKey, value, stream, explicitHashKey);
    }

    /// <summary>Puts a record into a Kinesis data stream: a text as UTF-8.</summary>
    /// <inheritdoc cref="SendKinesis(TypeName, string, string, ReadOnlySpan{byte}, string?)"/>
    public void SendKinesis(TypeName egress, string stream, string partitionKey, string value, string? explicitHashKey = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        SendKinesis(egress, stream, partitionKey, Effects.Utf8(value), explicitHashKey);
    }

    /// <summary>Puts a record into a Kinesis data stream: a value as its type writes it.</summary>
    /// <inheritdoc cref="SendKinesis(TypeName, string, string, ReadOnlySpan{byte}, string?)"/>
    public void SendKinesis<T>(
        TypeName egress, string stream, string partitionKey, StateFunType<T> type, T value, string? explicitHashKey = null) =>
        SendKinesis(egress, stream, partitionKey, Effects.Serialized(Checked(type), value), explicitHashKey);

    /// <summary>Produces a Kafka record: the bytes as they are.</summary>
    /// <param name="egress">The egress's name in module.yaml.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="key">The record's key; null for none.</param>
    /// <param name="value">The record's value.</param>
    /// <exception cref="ArgumentException">The topic is empty.</exception>
    public void SendKafka(TypeName egress, string topic, string? key, ReadOnlySpan<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        Effects.EgressRecord(Checked(egress), KafkaRecord, key, value, topic, null);
    }

    /// <summary>Produces a Kafka record: a text as UTF-8.</summary>
    /// <inheritdoc cref="SendKafka(TypeName, string, string?, ReadOnlySpan{byte})"/>
    public void SendKafka(TypeName egress, string topic, string? key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        SendKafka(egress, topic, key, Effects.Utf8(value));
    }

    /// <summary>Produces a Kafka record: a value as its type writes it.</summary>
    /// <inheritdoc cref="SendKafka(TypeName, string, string?, ReadOnlySpan{byte})"/>
    public void SendKafka<T>(TypeName egress, string topic, string? key, StateFunType<T> type, T value) =>
        SendKafka(egress, topic, key, Effects.Serialized(Checked(type), value));

    private static TypeName Checked(TypeName egress)
    {
        ArgumentNullException.ThrowIfNull(egress);
        return egress;
    }

    private static void CheckKinesis(string stream, string partitionKey, ReadOnlySpan<byte> value, string? explicitHashKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        ArgumentException.ThrowIfNullOrEmpty(partitionKey);
        if (partitionKey.Length > 256)
        {
            throw new ArgumentException($"expected a partition key of 1 to 256 characters, got {partitionKey.Length}", nameof(partitionKey));
        }

        if (value.Length > MaximumKinesisRecordBytes - Proto.Utf8Length(partitionKey))
        {
            throw new ArgumentException(
                $"expected a record of at most {MaximumKinesisRecordBytes:N0} bytes with its partition key, got {value.Length:N0} without; "
                + "put what is larger into a store and send where it is", nameof(value));
        }

        if (explicitHashKey is not null && !(HashKey().IsMatch(explicitHashKey) && UInt128.TryParse(explicitHashKey, out _)))
        {
            throw new ArgumentException($"expected an explicit hash key from 0 to 2^128-1, got '{explicitHashKey}'", nameof(explicitHashKey));
        }
    }

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,38})\z")]
    private static partial Regex HashKey();
}
