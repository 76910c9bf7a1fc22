using System.Buffers;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Compat.Runtime;

internal delegate T ReadValue<T>(ref Utf8JsonReader reader);

/// <summary>How an operation is asked for over HTTP; <paramref name="bind"/> fills path and query from the request.</summary>
internal sealed record Http(string Method, string Path, Action<IRequest, AmazonWebServiceRequest> bind = null)
{
    public static Http Rpc { get; } = new("POST", "/");

    public Action<IRequest, AmazonWebServiceRequest> Bind => bind;
}

internal sealed class RequestMarshaller<T>(string operation, Http http, Action<Utf8JsonWriter, T> write)
    : IMarshaller<IRequest, AmazonWebServiceRequest> where T : AmazonWebServiceRequest
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, Service.Namespace) { HttpMethod = http.Method, ResourcePath = http.Path };
        request.Headers[Amazon.Util.HeaderKeys.XAmzApiVersion] = Service.Version;
        if (Service.Target is not null)
        {
            request.Headers["X-Amz-Target"] = $"{Service.Target}.{operation}";
        }

        http.Bind?.Invoke(request, input);
        if (write is null)
        {
            return request;
        }

        request.Headers["Content-Type"] = Service.ContentType;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new() { SkipValidation = true }))
        {
            write(writer, (T)input);
        }

        request.Content = buffer.WrittenMemory.ToArray();
        return request;
    }
}

internal sealed class ResponseUnmarshaller<T>(ReadValue<T> read, Func<ErrorResponse, byte[], AmazonServiceException> error)
    : JsonResponseUnmarshaller where T : AmazonWebServiceResponse
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
    {
        using var body = new MemoryStream();
        context.Stream.CopyTo(body);

        // Operations without output answer with an empty body.
        var json = body.Length == 0 ? "{}"u8 : body.GetBuffer().AsSpan(0, (int)body.Length);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return read(ref reader);
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        using var body = new MemoryStream();
        context.Stream.CopyTo(body);
        body.Position = 0;
        using var copy = new JsonUnmarshallerContext(body, false, context.ResponseData);
        var reader = new StreamingUtf8JsonReader(copy.Stream);
        var response = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(copy, ref reader);
        response.InnerException = innerException;
        response.StatusCode = statusCode;
        return error(response, body.Length == 0 ? "{}"u8.ToArray() : body.ToArray());
    }
}

/// <summary>Asks for endpoint discovery before an operation of a service that demands it.</summary>
internal sealed class EndpointDiscovery : IMarshaller<EndpointDiscoveryDataBase, AmazonWebServiceRequest>
{
    public EndpointDiscoveryDataBase Marshall(AmazonWebServiceRequest input) => new EndpointDiscoveryData(true);
}
