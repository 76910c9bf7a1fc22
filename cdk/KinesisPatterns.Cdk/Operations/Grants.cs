namespace KinesisPatterns.Cdk;

/// <summary>Grants of single actions: the L2s' own are often wider (the indexes of a table, subscriptions to a stream).</summary>
internal static class Grants
{
    public static Grant Allow(this IGrantable grantee, string[] actions, params string[] resources) =>
        Grant.AddToPrincipal(new GrantOnPrincipalOptions
        {
            Grantee = grantee,
            Actions = actions,
            ResourceArns = resources,
        });
}
