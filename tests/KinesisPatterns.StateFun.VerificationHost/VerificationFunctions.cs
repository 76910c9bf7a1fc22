namespace KinesisPatterns.StateFun.VerificationHost;

/// <summary>Every function that this host serves.</summary>
public static class VerificationFunctions
{
    /// <summary>All of them.</summary>
    public static StatefulFunctions All()
    {
        var functions = new StatefulFunctions();
        AddTo(functions);
        return functions;
    }

    internal static void AddTo(StatefulFunctions functions)
    {
        functions.Add(TypesValidation.Spec, TypesValidation.InvokeAsync);
        functions.Add(CommandInterpreter.Spec, CommandInterpreter.InvokeAsync);
        functions.Add(SmokeFunction.Spec, SmokeFunction.InvokeAsync);
        functions.Add(BenchFunctions.Noop, BenchFunctions.DoNothingAsync);
        functions.Add(BenchFunctions.Counter, BenchFunctions.CountAsync);
        functions.Add(BenchFunctions.Pipeline, BenchFunctions.PassOnAsync);
    }
}
