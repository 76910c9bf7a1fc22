using Amazon.DynamoDBv2;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Query;

var json = new SourceGeneratorLambdaJsonSerializer<EventsJson>();

await FunctionHost.RunAsync(() =>
{
    var reader = new DynamoSeriesReader(new AmazonDynamoDBClient(), Settings.Required("SERIES_TABLE_NAME"));
    var queries = new SeriesQueries(reader, Settings.Number("WINDOW_SECONDS", 1, 86_400));
    var function = new QueryFunction(reader, queries, TimeProvider.System);
    return async (input, _) =>
    {
        var output = new MemoryStream();
        json.Serialize(await function.HandleAsync(json.Deserialize<APIGatewayProxyRequest>(input)), output);
        output.Position = 0;
        return output;
    };
});
