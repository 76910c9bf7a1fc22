using System.Formats.Cbor;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Reads a PutRecords request in CBOR; its records stay where they are in the body.</summary>
internal static class PutRecordsCbor
{
    public static void Read(ReadOnlyMemory<byte> body, PutRecordsRequest request)
    {
        try
        {
            Read(new CborReader(body, CborConformanceMode.Lax), request);
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            throw KinesisException.Serialization("The request is not what PutRecords expects: " + e.Message);
        }
    }

    private static void Read(CborReader cbor, PutRecordsRequest request)
    {
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap)
        {
            switch (cbor.ReadTextString())
            {
                case "Records":
                    ReadEntries(cbor, request);
                    break;
                case "StreamName":
                    request.StreamName = cbor.ReadTextString();
                    break;
                case "StreamARN":
                    request.StreamArn = cbor.ReadTextString();
                    break;
                default:
                    cbor.SkipValue();
                    break;
            }
        }
    }

    private static void ReadEntries(CborReader cbor, PutRecordsRequest request)
    {
        request.Begin();
        cbor.ReadStartArray();
        while (cbor.PeekState() != CborReaderState.EndArray)
        {
            var entry = default(PutRecordsRequest.Entry);
            cbor.ReadStartMap();
            while (cbor.PeekState() != CborReaderState.EndMap)
            {
                switch (cbor.ReadTextString())
                {
                    case "Data":
                        entry.Data = cbor.PeekState() == CborReaderState.ByteString
                            ? cbor.ReadDefiniteLengthByteString()
                            : cbor.ReadByteString();
                        break;
                    case "PartitionKey":
                        entry.Key = cbor.PeekState() == CborReaderState.TextString
                            ? cbor.ReadDefiniteLengthTextStringBytes()
                            : Encoding.UTF8.GetBytes(cbor.ReadTextString());
                        break;
                    case "ExplicitHashKey":
                        entry.ExplicitHashKey = cbor.ReadTextString();
                        break;
                    default:
                        cbor.SkipValue();
                        break;
                }
            }

            cbor.ReadEndMap();
            request.Add(entry);
        }

        cbor.ReadEndArray();
    }
}
