using System.Text;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Local.Tests.Feed;

public sealed class InputFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Takes_the_device_from_the_files_name_and_the_metric_from_the_column()
    {
        var record = Assert.Single(Records("machine temp.csv", "timestamp,value\n2013-12-02 21:15:00,73.96\n"));

        Assert.Equal("machine_temp", record.PartitionKey);
        Assert.Equal("""{"device":"machine_temp","metric":"value","time":"2013-12-02T21:15:00.000Z","value":73.96}""", Text(record));
    }

    [Fact]
    public void Reads_long_rows_with_device_metric_and_unit()
    {
        var record = Assert.Single(Records("a.csv", "device;metric;time;value;unit\nm1;temperature;2026-01-01T00:00:00+01:00;7;celsius\n"));

        Assert.Equal("""{"device":"m1","metric":"temperature","time":"2025-12-31T23:00:00.000Z","value":7,"unit":"celsius"}""", Text(record));
    }

    [Fact]
    public void Makes_a_reading_of_every_column_of_a_wide_row() =>
        Assert.Equal(
            [new("m1", "temp_C", 1000), new("m1", "rpm", 1000)],
            Records("a.csv", "ts,sensor,temp C,rpm\n1970-01-01T00:00:01Z,m1,20,900\n").Select(r => r.Readings[0]!.Value));

    [Fact]
    public void Passes_on_a_field_that_is_no_number_as_it_stands() =>
        Assert.Contains("\"value\":\"n/a\"", Text(Assert.Single(Records("a.csv", "time,value\n2026-01-01T00:00:00Z,n/a\n"))), StringComparison.Ordinal);

    [Fact]
    public void Passes_on_json_lines_as_they_are()
    {
        var records = Records("a.jsonl", "{\"device\":\"m1\",\"metric\":\"t\",\"time\":5,\"value\":1}\nnot json\n").ToList();

        Assert.Equal("m1", records[0].PartitionKey);
        Assert.Equal("not json", Text(records[1]));
        Assert.Null(records[1].Readings[0]);
    }

    [Fact]
    public void Reads_a_folder_and_knows_its_span()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "a.csv"), "time,value\n2026-01-02T00:00:00Z,1\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "b.csv"), "time,value\n2026-01-01T00:00:00Z,1\n2026-01-03T00:00:00Z,1\n");

        var span = InputFile.Open(_folder.FullName).Span()!.Value;

        Assert.Equal((1, 3, 3L), (span.First.Day, span.Last.Day, span.Count));
    }

    [Fact]
    public void Fails_when_there_is_no_such_file() =>
        Assert.Contains("nowhere.csv", Assert.Throws<LocalHostException>(() => InputFile.Open("nowhere.csv")).Message, StringComparison.Ordinal);

    [Fact]
    public void Fails_when_no_column_holds_the_time() =>
        Assert.Contains("expected a column named time", Assert.Throws<LocalHostException>(() => Records("a.csv", "a,b\n1,2\n").ToList()).Message, StringComparison.Ordinal);

    private static string Text(FedRecord record) => Encoding.UTF8.GetString(record.Data.Span);

    private IEnumerable<FedRecord> Records(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return InputFile.Open(path).Records();
    }
}
