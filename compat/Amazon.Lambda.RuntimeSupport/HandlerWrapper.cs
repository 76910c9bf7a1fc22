using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

public class HandlerWrapper : IDisposable
{
    private HandlerWrapper(LambdaBootstrapHandler handler, ILambdaSerializer serializer = null)
    {
        Handler = handler;
        Serializer = serializer;
    }

    public LambdaBootstrapHandler Handler { get; }

    internal ILambdaSerializer Serializer { get; }

    public static HandlerWrapper GetHandlerWrapper(Action<Stream, ILambdaContext, MemoryStream> invokeDelegate) => new(invocation =>
    {
        var output = new MemoryStream();
        invokeDelegate(invocation.InputStream, invocation.LambdaContext, output);
        output.Position = 0;
        return Task.FromResult(new InvocationResponse(output));
    });

    public static HandlerWrapper GetHandlerWrapper(
        Func<Stream, ILambdaContext, Task<Stream>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(invocation.InputStream, invocation.LambdaContext)), serializer);

    public static HandlerWrapper GetHandlerWrapper(Func<Task> handler) =>
        new(invocation => RunAsync(handler()));

    public static HandlerWrapper GetHandlerWrapper(Func<ILambdaContext, Task> handler) =>
        new(invocation => RunAsync(handler(invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, Task> handler) =>
        new(invocation => RunAsync(handler(invocation.InputStream)));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, ILambdaContext, Task> handler) =>
        new(invocation => RunAsync(handler(invocation.InputStream, invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, Task> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream))), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, ILambdaContext, Task> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext)), serializer);

    public static HandlerWrapper GetHandlerWrapper(Func<Task<Stream>> handler) =>
        new(invocation => RunAsync(handler()));

    public static HandlerWrapper GetHandlerWrapper(Func<ILambdaContext, Task<Stream>> handler) =>
        new(invocation => RunAsync(handler(invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, Task<Stream>> handler) =>
        new(invocation => RunAsync(handler(invocation.InputStream)));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, ILambdaContext, Task<Stream>> handler) =>
        new(invocation => RunAsync(handler(invocation.InputStream, invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, Task<Stream>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream))), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, ILambdaContext, Task<Stream>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext)), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<ILambdaContext, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(invocation.LambdaContext), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<Stream, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(invocation.InputStream), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<Stream, ILambdaContext, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(invocation.InputStream, invocation.LambdaContext), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput, TOutput>(Func<TInput, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream)), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput, TOutput>(Func<TInput, ILambdaContext, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper(Action handler) =>
        new(invocation => Run(() => handler()));

    public static HandlerWrapper GetHandlerWrapper(Action<ILambdaContext> handler) =>
        new(invocation => Run(() => handler(invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper(Action<Stream> handler) =>
        new(invocation => Run(() => handler(invocation.InputStream)));

    public static HandlerWrapper GetHandlerWrapper(Action<Stream, ILambdaContext> handler) =>
        new(invocation => Run(() => handler(invocation.InputStream, invocation.LambdaContext)));

    public static HandlerWrapper GetHandlerWrapper<TInput>(Action<TInput> handler, ILambdaSerializer serializer) =>
        new(invocation => Run(() => handler(serializer.Deserialize<TInput>(invocation.InputStream))), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput>(Action<TInput, ILambdaContext> handler, ILambdaSerializer serializer) =>
        new(invocation => Run(() => handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext)), serializer);

    public static HandlerWrapper GetHandlerWrapper(Func<Stream> handler) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler())));

    public static HandlerWrapper GetHandlerWrapper(Func<ILambdaContext, Stream> handler) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler(invocation.LambdaContext))));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, Stream> handler) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler(invocation.InputStream))));

    public static HandlerWrapper GetHandlerWrapper(Func<Stream, ILambdaContext, Stream> handler) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler(invocation.InputStream, invocation.LambdaContext))));

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, Stream> handler, ILambdaSerializer serializer) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler(serializer.Deserialize<TInput>(invocation.InputStream)))), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput>(Func<TInput, ILambdaContext, Stream> handler, ILambdaSerializer serializer) =>
        new(invocation => Task.FromResult(new InvocationResponse(handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext))), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler()), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<ILambdaContext, TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler(invocation.LambdaContext)), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<Stream, TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler(invocation.InputStream)), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TOutput>(Func<Stream, ILambdaContext, TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler(invocation.InputStream, invocation.LambdaContext)), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput, TOutput>(Func<TInput, TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler(serializer.Deserialize<TInput>(invocation.InputStream))), serializer), serializer);

    public static HandlerWrapper GetHandlerWrapper<TInput, TOutput>(Func<TInput, ILambdaContext, TOutput> handler, ILambdaSerializer serializer) =>
        new(invocation => RunAsync(Task.FromResult(handler(serializer.Deserialize<TInput>(invocation.InputStream), invocation.LambdaContext)), serializer), serializer);

    public void Dispose() => GC.SuppressFinalize(this);

    private static Task<InvocationResponse> Run(Action handler)
    {
        handler();
        return Task.FromResult(Empty());
    }

    private static async Task<InvocationResponse> RunAsync(Task handler)
    {
        await handler;
        return Empty();
    }

    private static async Task<InvocationResponse> RunAsync(Task<Stream> handler) => new(await handler);

    private static async Task<InvocationResponse> RunAsync<TOutput>(Task<TOutput> handler, ILambdaSerializer serializer)
    {
        var output = new MemoryStream();
        serializer.Serialize(await handler, output);
        output.Position = 0;
        return new(output);
    }

    private static InvocationResponse Empty() => new(new MemoryStream(0));
}
