using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.DynamoDb;

/// <summary>What rights to a table are about: its ARN and its partition key.</summary>
internal sealed record DynamoDbTable(string Arn, string? PartitionKey)
{
    public static DynamoDbTable Of(Resource table) => new(
        table.Attributes["Arn"],
        (from key in table.Properties["KeySchema"]?.AsArray() ?? []
         where (string?)key!["KeyType"] == "HASH"
         select (string?)key["AttributeName"]).FirstOrDefault());
}
