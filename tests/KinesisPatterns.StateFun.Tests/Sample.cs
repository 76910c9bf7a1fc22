using KinesisPatterns.StateFun.AspNetCore;
using KinesisPatterns.StateFun.Lambda;
using Microsoft.AspNetCore.Builder;

namespace KinesisPatterns.StateFun.Tests;

/// <summary>The program that the package's README shows.</summary>
internal static class Sample
{
    public static WebApplication Build(string[] args)
    {
        #region sample
        var visits = new ValueSpec<int>("visits", Types.Int, Expiration.AfterWrite(TimeSpan.FromDays(30)));
        var greeter = new FunctionSpec(TypeName.Parse("com.example/greeter"), visits);

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddStatefulFunctions(functions => functions.Add(greeter, (context, message, cancellation) =>
        {
            var visit = context.Get(visits) + 1;
            context.Set(visits, visit);
            context.SendKinesis(
                egress: TypeName.Parse("com.example/greetings"),
                stream: "greetings",
                partitionKey: context.Self.Id,
                value: $"Hello {message.As(Types.String)}, visit {visit} of {context.Self.Id}");
            return ValueTask.CompletedTask;
        }));

        var app = builder.Build();
        app.MapStatefulFunctions("/functions");
        #endregion
        return app;
    }

    public static async Task RunOnLambdaAsync()
    {
        #region lambda
        await StatefulFunctionsLambda.RunAsync(static () =>
        {
            var functions = new StatefulFunctions();
            functions.Add(new(TypeName.Parse("com.example/echo")), (context, message, cancellation) =>
            {
                context.Reply(Types.String, message.As(Types.String));
                return ValueTask.CompletedTask;
            });
            return new LambdaRequestReply(functions);
        });
        #endregion
    }
}
