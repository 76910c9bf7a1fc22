using Amazon.DynamoDBv2;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.OrderQuery;
using KinesisPatterns.ReadModel;

var json = new SourceGeneratorLambdaJsonSerializer<EventsJson>();

await FunctionHost.RunAsync(() =>
{
    var dynamo = new AmazonDynamoDBClient();
    var function = new OrderQueryFunction(new DynamoOrderReader(dynamo, ReadModelAlias.OfEnvironment(dynamo)));
    return async (input, deadline) =>
    {
        var output = new MemoryStream();
        json.Serialize(await function.HandleAsync(json.Deserialize<APIGatewayProxyRequest>(input), deadline), output);
        output.Position = 0;
        return output;
    };
});
