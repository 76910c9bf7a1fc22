using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.Tests.S3;

public sealed class BucketTests
{
    [Theory]
    [InlineData("../../escaped")]
    [InlineData("/etc/escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("a//b")]
    public async Task A_key_cannot_leave_its_bucket(string key)
    {
        var folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
        var bucket = new Bucket("b", Path.Combine(folder.FullName, "b"), TimeProvider.System);

        var info = await bucket.PutAsync(key, "inside"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.StartsWith(bucket.Folder + Path.DirectorySeparatorChar, Path.GetFullPath(info.File), StringComparison.Ordinal);
        Assert.Equal("inside", await File.ReadAllTextAsync(bucket.Find(key)!.File, TestContext.Current.CancellationToken));
        folder.Delete(recursive: true);
    }
}
