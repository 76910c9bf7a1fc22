namespace KinesisPatterns.Local.Kinesis;

/// <summary>Tags of streams and consumers.</summary>
internal static class TagOperations
{
    // https://docs.aws.amazon.com/streams/latest/dev/tagging.html
    private const int MostTags = 50;

    public static void AddTagsToStream(KinesisCall call) => Change(call.Stream().Tags, tags => Add(tags, call.Tags()));

    public static void RemoveTagsFromStream(KinesisCall call) =>
        Change(call.Stream().Tags, tags => Remove(tags, call.Texts("TagKeys")));

    public static void TagResource(KinesisCall call) => Change(Resource(call), tags => Add(tags, call.Tags()));

    public static void UntagResource(KinesisCall call) =>
        Change(Resource(call), tags => Remove(tags, call.Texts("TagKeys")));

    public static void ListTagsForStream(KinesisCall call)
    {
        var limit = call.Optional("Limit", 1, 50, 50);
        var after = call.Text("ExclusiveStartTagKey") ?? "";
        List(call, call.Stream().Tags, after, limit, withMore: true);
    }

    public static void ListTagsForResource(KinesisCall call) =>
        List(call, Resource(call), "", MostTags, withMore: false);

    public static void Add(Dictionary<string, string> tags, IReadOnlyDictionary<string, string> added)
    {
        foreach (var (key, value) in added)
        {
            new Constraints().Length("Tags.key", key, 1, 128).Length("Tags.value", value, 0, 256).Enforce();
        }

        if (tags.Keys.Union(added.Keys).Count() > MostTags)
        {
            throw KinesisException.InvalidArgument("A resource cannot have more than 50 tags.");
        }

        foreach (var (key, value) in added)
        {
            tags[key] = value;
        }
    }

    private static void Remove(Dictionary<string, string> tags, IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            tags.Remove(key);
        }
    }

    private static void Change(Dictionary<string, string> tags, Action<Dictionary<string, string>> change)
    {
        lock (tags)
        {
            change(tags);
        }
    }

    private static Dictionary<string, string> Resource(KinesisCall call)
    {
        var arn = call.Required("ResourceARN");
        return arn.Contains("/consumer/", StringComparison.Ordinal)
            ? ConsumerOperations.Find(call, arn).Tags
            : call.StreamOf(null, arn).Tags;
    }

    private static void List(KinesisCall call, Dictionary<string, string> tags, string after, int limit, bool withMore)
    {
        List<KeyValuePair<string, string>> listed;
        lock (tags)
        {
            listed = [.. tags.Where(t => string.CompareOrdinal(t.Key, after) > 0)
                .OrderBy(t => t.Key, StringComparer.Ordinal)];
        }

        var json = call.Response;
        json.WriteStartObject();
        json.WriteStartArray("Tags");
        foreach (var (key, value) in listed.Take(limit))
        {
            json.WriteStartObject();
            json.WriteString("Key", key);
            json.WriteString("Value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (withMore)
        {
            json.WriteBoolean("HasMoreTags", listed.Count > limit);
        }

        json.WriteEndObject();
    }
}
