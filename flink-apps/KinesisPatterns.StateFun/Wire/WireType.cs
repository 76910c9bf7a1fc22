namespace KinesisPatterns.StateFun.Wire;

/// <summary>How a protobuf field is laid out.</summary>
/// <remarks>https://protobuf.dev/programming-guides/encoding/</remarks>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
