using KinesisPatterns.StateFun;

namespace KinesisPatterns.Orders;

/// <summary>All functions of the order domain.</summary>
internal static class OrdersFunctions
{
    public static StatefulFunctions All(OrdersStreams streams, PaymentTerms terms, TimeProvider time)
    {
        // What is wrong with a message stays wrong: it is kept with its reason instead of stopping everything behind it.
        var aside = ErrorPolicy.DeadLetterToKinesis(OrdersTypes.Rejected, streams.Rejected, error => error is FormatException or OverflowException);
        var journal = new Journal(streams, time);
        var functions = new StatefulFunctions();
        functions.Add(CommandRouter.Spec, new CommandRouter(), aside);
        functions.Add(OrderFunction.Spec, new OrderFunction(journal, terms), aside);
        functions.Add(StockFunction.Spec, new StockFunction(journal), aside);
        return functions;
    }
}
