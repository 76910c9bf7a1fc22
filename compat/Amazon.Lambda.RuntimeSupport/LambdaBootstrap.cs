using System.Net;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport.Bootstrap;

namespace Amazon.Lambda.RuntimeSupport;

public class LambdaBootstrap : IDisposable
{
    private readonly HttpClient client;
    private readonly bool ownsClient;
    private readonly LambdaBootstrapHandler handler;
    private readonly LambdaBootstrapInitializer initializer;
    private readonly ILambdaSerializer serializer;
    private readonly LambdaBootstrapOptions options;

    public LambdaBootstrap(LambdaBootstrapHandler handler, LambdaBootstrapInitializer initializer = null)
        : this(null, handler, null, null, initializer)
    {
    }

    public LambdaBootstrap(HttpClient httpClient, LambdaBootstrapHandler handler, LambdaBootstrapInitializer initializer = null)
        : this(httpClient ?? throw new ArgumentNullException(nameof(httpClient)), handler, null, null, initializer)
    {
    }

    public LambdaBootstrap(HandlerWrapper handlerWrapper, LambdaBootstrapInitializer initializer = null)
        : this(null, handlerWrapper.Handler, handlerWrapper.Serializer, null, initializer)
    {
    }

    public LambdaBootstrap(HttpClient httpClient, HandlerWrapper handlerWrapper, LambdaBootstrapInitializer initializer = null)
        : this(httpClient, handlerWrapper, null, initializer)
    {
    }

    internal LambdaBootstrap(HandlerWrapper wrapper, LambdaBootstrapOptions options, LambdaBootstrapInitializer initializer)
        : this(null, wrapper.Handler, wrapper.Serializer, options, initializer)
    {
    }

    internal LambdaBootstrap(
        HttpClient httpClient, HandlerWrapper wrapper, LambdaBootstrapOptions options, LambdaBootstrapInitializer initializer)
        : this(httpClient ?? throw new ArgumentNullException(nameof(httpClient)), wrapper.Handler, wrapper.Serializer, options, initializer)
    {
    }

    private LambdaBootstrap(
        HttpClient httpClient, LambdaBootstrapHandler handler, ILambdaSerializer serializer, LambdaBootstrapOptions options,
        LambdaBootstrapInitializer initializer)
    {
        ownsClient = httpClient is null;
        client = httpClient ?? ConstructHttpClient();

        // Lambda freezes the process while it waits for the next invocation, however long that takes.
        client.Timeout = Timeout.InfiniteTimeSpan;
        this.handler = handler ?? throw new ArgumentNullException(nameof(handler));
        this.serializer = serializer;
        this.initializer = initializer;
        this.options = options ?? new();
    }

    public static HttpClient ConstructHttpClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Add("User-Agent", $"aws-lambda-dotnet/{Environment.Version}-stand-in");
        return client;
    }

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        LambdaLogger.Sink = ConsoleLogger.Write;
        var api = new RuntimeApiClient(client, options);
        if (initializer is not null && !await InitializeAsync(api, cancellationToken))
        {
            return;
        }

        await SnapStartAsync(api, cancellationToken);

        // For tools that want one event processed and the process gone.
        var once = string.Equals(
            Environment.GetEnvironmentVariable("AWS_LAMBDA_DOTNET_DEBUG_RUN_ONCE"), "true", StringComparison.OrdinalIgnoreCase);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await InvokeOnceAsync(api, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (once)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && ownsClient)
        {
            client.Dispose();
        }
    }

    private async Task<bool> InitializeAsync(RuntimeApiClient api, CancellationToken cancellationToken)
    {
        try
        {
            return await initializer();
        }
        catch (Exception exception)
        {
            ConsoleLogger.Write("Critical", exception, "The initialization failed.", null);
            await api.ReportInitializationErrorAsync(exception, cancellationToken);
            throw;
        }
    }

    private static async Task SnapStartAsync(RuntimeApiClient api, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start")
        {
            return;
        }

        while (SnapshotRestore.BeforeSnapshot.TryPop(out var action))
        {
            await action();
        }

        await api.PostAsync("restore/next", cancellationToken);
        while (SnapshotRestore.AfterRestore.TryDequeue(out var action))
        {
            await action();
        }
    }

    private async Task InvokeOnceAsync(RuntimeApiClient api, CancellationToken cancellationToken)
    {
        using var invocation = await api.GetNextInvocationAsync(cancellationToken);
        var context = (LambdaContext)invocation.LambdaContext;
        context.Serializer = serializer;
        ConsoleLogger.Current = context;
        LambdaTraceProvider.SetCurrentTraceId(context.TraceId);
        Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", context.TraceId);

        InvocationResponse response;
        try
        {
            response = await handler(invocation);
        }
        catch (Exception exception)
        {
            ConsoleLogger.Write("Error", exception, "The handler failed.", null);
            await api.ReportInvocationErrorAsync(context.AwsRequestId, exception, CancellationToken.None);
            return;
        }

        try
        {
            await api.SendResponseAsync(context.AwsRequestId, response?.OutputStream, CancellationToken.None);
        }
        catch (RuntimeApiClientException exception) when (exception.StatusCode == (int)HttpStatusCode.RequestEntityTooLarge)
        {
            // Lambda has failed the invocation already; the environment goes on with the next one.
            ConsoleLogger.Write("Error", exception, "The response is larger than Lambda accepts.", null);
        }
        finally
        {
            if (response is { DisposeOutputStream: true })
            {
                await response.OutputStream.DisposeAsync();
            }
        }
    }
}
