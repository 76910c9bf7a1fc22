using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;
using KinesisPatterns.StateFun.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

/// <summary>What an application can say about the endpoint, and what it sees of it.</summary>
public sealed class HttpHostingTests : IAsyncLifetime, ILoggerProvider
{
    private readonly HttpClient _client = new();
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly Disposals _disposals = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(this);
        builder.Services.AddSingleton(_disposals);
        builder.Services.AddStatefulFunctions(functions =>
        {
            functions.Add<Disposable>(new(TypeName.Parse("com.example/disposable")));
            functions.Add<AsyncDisposable>(new(TypeName.Parse("com.example/async-disposable")));
            functions.Add(new(TypeName.Parse("com.example/noop")), (_, _, _) => default);
        });
        _app = builder.Build();
        _app.MapStatefulFunctions("/");
        _app.MapStatefulFunctions("/large").WithMetadata(new RequestSizeLimitAttribute(40 << 20));
        _app.Urls.Add("http://127.0.0.1:0");
        await _app.StartAsync();
        _client.BaseAddress = new(_app.Urls.Single());

        // A request that is too large is refused before it is sent; else the connection breaks off before the answer is read.
        _client.DefaultRequestHeaders.ExpectContinue = true;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("com.example/disposable")]
    [InlineData("com.example/async-disposable")]
    public async Task A_function_that_is_made_for_a_request_is_disposed_with_it(string type)
    {
        await PostAsync("/", type, "a");
        await PostAsync("/", type, "b");

        // The answer is there before the request is over.
        for (var i = 0; i < 100 && _disposals.Count < 2; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, _disposals.Count);
    }

    [Theory]
    [InlineData("/", 31 << 20, true)]
    [InlineData("/", 33 << 20, false)]
    [InlineData("/large", 33 << 20, true)]
    public async Task An_endpoint_takes_32_MiB_unless_its_application_says_otherwise(string path, int bytes, bool isTaken) =>
        Assert.Equal(isTaken, await PostAsync(path, "com.example/noop", new('x', bytes)));

    [Fact]
    public void Functions_that_are_added_in_a_second_call_are_refused_instead_of_replacing_the_first()
    {
        var services = new ServiceCollection();
        services.AddStatefulFunctions(functions => functions.Add(new(TypeName.Parse("com.example/one")), (_, _, _) => default));

        Assert.Throws<InvalidOperationException>(
            () => services.AddStatefulFunctions(functions => functions.Add(new(TypeName.Parse("com.example/other")), (_, _, _) => default)));
    }

    [Fact]
    public async Task A_request_that_breaks_off_is_no_batch_that_failed()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", _client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"u8.ToArray(), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);

        socket.Close(timeout: 0);

        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Empty(_errors);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new ErrorLog(_errors);

    void IDisposable.Dispose()
    {
    }

    private async Task<bool> PostAsync(string path, string type, string text)
    {
        using var body = new ByteArrayContent(To(type, "1", Text(text)).ToByteArray());
        using var response = await _client.PostAsync(path, body, TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode;
    }

    private sealed class ErrorLog(ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                errors.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }
    }

    private sealed class Disposals
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    private sealed class Disposable(Disposals disposals) : IStatefulFunction, IDisposable
    {
        public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation) => default;

        public void Dispose() => disposals.Add();
    }

    private sealed class AsyncDisposable(Disposals disposals) : IStatefulFunction, IAsyncDisposable
    {
        public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation) => default;

        public ValueTask DisposeAsync()
        {
            disposals.Add();
            return default;
        }
    }
}
