using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

public delegate Task<InvocationResponse> LambdaBootstrapHandler(InvocationRequest invocation);

public delegate Task<bool> LambdaBootstrapInitializer();

public class InvocationRequest(Stream inputStream, ILambdaContext lambdaContext) : IDisposable
{
    public Stream InputStream { get; internal set; } = inputStream;
    public ILambdaContext LambdaContext { get; internal set; } = lambdaContext;

    public void Dispose()
    {
        InputStream?.Dispose();
        GC.SuppressFinalize(this);
    }
}

public class InvocationResponse(Stream outputStream, bool disposeOutputStream)
{
    public InvocationResponse(Stream outputStream) : this(outputStream, true)
    {
    }

    public Stream OutputStream { get; set; } = outputStream ?? throw new ArgumentNullException(nameof(outputStream));
    public bool DisposeOutputStream { get; private set; } = disposeOutputStream;
}

public interface IRuntimeApiClient
{
    Task ReportInitializationErrorAsync(Exception exception, CancellationToken cancellationToken = default);
    Task ReportInitializationErrorAsync(string errorType, CancellationToken cancellationToken = default);
    Task<InvocationRequest> GetNextInvocationAsync(CancellationToken cancellationToken = default);
    Task ReportInvocationErrorAsync(string awsRequestId, Exception exception, CancellationToken cancellationToken = default);
    Task SendResponseAsync(string awsRequestId, Stream outputStream, CancellationToken cancellationToken = default);
}

public class RuntimeApiClientException(string message, int statusCode, string response, Exception innerException)
    : Exception($"{message}\n\nStatus: {statusCode}\nResponse: {response}", innerException)
{
    public int StatusCode { get; } = statusCode;
    public string Response { get; } = response;
}
