using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KinesisPatterns.StateFun.AspNetCore;

/// <summary>Registers functions with an application's services.</summary>
public static class StatefulFunctionsServices
{
    /// <summary>Adds functions, which <see cref="StatefulFunctionsEndpoint.MapStatefulFunctions"/> serves.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="add">Adds the functions.</param>
    /// <param name="maximumReplyBytes">How large an answer may be: no more than <c>payload_max_bytes</c> of the endpoint's transport.</param>
    /// <exception cref="ArgumentException">No function was added.</exception>
    /// <exception cref="InvalidOperationException">Functions were added before: one endpoint serves all of them.</exception>
    public static IServiceCollection AddStatefulFunctions(
        this IServiceCollection services, Action<StatefulFunctions> add, int maximumReplyBytes = RequestReplyHandler.DefaultMaximumReplyBytes)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(add);
        if (services.Any(service => service.ServiceType == typeof(RequestReplyHandler)))
        {
            throw new InvalidOperationException("AddStatefulFunctions: expected one call that adds all functions, got a second one");
        }

        var functions = new StatefulFunctions();
        add(functions);
        services.TryAddTransient<FunctionOfRequest>();
        return services.AddSingleton(new RequestReplyHandler(functions, maximumReplyBytes));
    }

    /// <summary>Adds a function that is made for each batch from the services of the request.</summary>
    /// <typeparam name="T">The function: registered as a service, or made by its constructor and disposed with the request.</typeparam>
    /// <param name="functions">The functions.</param>
    /// <param name="spec">Its type and its values.</param>
    /// <param name="errors">What becomes of a batch in which it throws; it fails unless said otherwise.</param>
    public static void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this StatefulFunctions functions, FunctionSpec spec, ErrorPolicy? errors = null)
        where T : class, IStatefulFunction
    {
        ArgumentNullException.ThrowIfNull(functions);
        var create = ActivatorUtilities.CreateFactory<T>([]);
        functions.Add(spec, services => services.GetService<T>() ?? Made(services, create(services, null)), errors);
    }

    private static T Made<T>(IServiceProvider services, T function)
        where T : class
    {
        if (function is IDisposable or IAsyncDisposable && services.GetService<FunctionOfRequest>() is { } owner)
        {
            owner.Function = function;
        }

        return function;
    }
}
