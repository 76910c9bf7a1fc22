using Google.Protobuf;
using KinesisPatterns.StateFun.Tests.Protocol;

namespace KinesisPatterns.StateFun.Tests;

/// <summary>Requests and answers by Google.Protobuf, which knows nothing of the SDK.</summary>
internal static class Requests
{
    public static readonly Protocol.Address Caller = new() { Namespace = "a.b", Type = "sender", Id = "9" };

    public static TypedValue Text(string text) => Value("io.statefun.types/string", new StringWrapper { Value = text });

    public static TypedValue Int(int number) => Value("io.statefun.types/int", new IntWrapper { Value = number });

    /// <summary>A number that ends in the middle.</summary>
    public static TypedValue Damaged() =>
        new() { Typename = "io.statefun.types/int", HasValue = true, Value = ByteString.CopyFrom(0x0D, 0x01) };

    public static TypedValue Value(string typeName, IMessage message) =>
        new() { Typename = typeName, HasValue = true, Value = message.ToByteString() };

    public static ToFunction To(string type, string id, params TypedValue[] arguments)
    {
        var parts = type.Split('/');
        var request = new ToFunction { Invocation = new() { Target = new() { Namespace = parts[0], Type = parts[1], Id = id } } };
        foreach (var argument in arguments)
        {
            request.Invocation.Invocations.Add(new ToFunction.Types.Invocation { Caller = Caller, Argument = argument });
        }

        return request;
    }

    public static ToFunction With(this ToFunction request, string name, TypedValue? value = null)
    {
        request.Invocation.State.Add(new ToFunction.Types.PersistedValue { StateName = name, StateValue = value });
        return request;
    }

    public static async Task<FromFunction> AnswerAsync(this RequestReplyHandler handler, ToFunction request)
    {
        using var reply = await handler.HandleAsync(request.ToByteArray());
        return FromFunction.Parser.ParseFrom(reply.Bytes.Span);
    }

    public static async Task<FromFunction.Types.InvocationResponse> ResultAsync(this RequestReplyHandler handler, ToFunction request)
    {
        var answer = await handler.AnswerAsync(request);
        Assert.Equal(FromFunction.ResponseOneofCase.InvocationResult, answer.ResponseCase);
        return answer.InvocationResult;
    }

    public static RequestReplyHandler Handler(FunctionSpec spec, StatefulFunction function, ErrorPolicy? errors = null, int? maximumReplyBytes = null)
    {
        var functions = new StatefulFunctions();
        functions.Add(spec, function, errors);
        return new(functions, maximumReplyBytes ?? RequestReplyHandler.DefaultMaximumReplyBytes);
    }
}
