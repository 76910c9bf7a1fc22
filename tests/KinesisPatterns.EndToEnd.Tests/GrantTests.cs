using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>What TimeSeries grants is needed: each grant is used by a run that has everything in it, and is missed when it is taken away.</summary>
public sealed class GrantTests(Blueprint blueprint)
{
    private const string Reasons = "TimeSeries.unused-grants.json";
    private const string AllOfThem = "KINESIS_PATTERNS_EVERY_GRANT";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What a deployment of AWS asks of a role: a host does not start without it.
    private static readonly string[] AskedAtDeployment =
    [
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
    ];

    private static Task? _run;

    private static readonly string _device = $"device-{Guid.NewGuid():N}";
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_grant_is_used_or_has_a_reason()
    {
        await UseEverythingAsync();
        var reasons = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, Reasons), Cancellation))!.AsObject()
            .SelectMany(holder => holder.Value!.AsObject(), (holder, reason) => (Holder: holder.Key, Grant: reason.Key)).ToList();

        var unused = blueprint.Host.Permissions.Where(grant => grant.Times == 0 && grant.Note?.Contains("https://", StringComparison.Ordinal) != true).ToList();

        Assert.Equal([], unused.Where(grant => !reasons.Exists(reason => IsAbout(reason, grant))).Select(grant => $"{grant.Holder}: {grant.Action} {grant.Resource}"));
        Assert.Equal([], reasons.Where(reason => !unused.Exists(grant => IsAbout(reason, grant))).Select(reason => $"no longer needed: {reason}"));
        Assert.Equal([], blueprint.Host.Refused);
    }

    [Fact]
    public async Task Each_request_is_refused_once_the_grant_that_it_used_is_taken_away()
    {
        await UseEverythingAsync();
        var host = blueprint.Host;
        var stack = CloudAssembly.Load(blueprint.Directory).Stack("TimeSeries");

        var missed = 0;
        foreach (var grant in TemplateGrant.Of(stack.Template))
        {
            var requests = grant.In(host.Services.Authorization!, host.Deployment).Select(one => one.First).OfType<AccessRequest>().ToList();
            if (requests.Count == 0)
            {
                continue;
            }

            var without = new Authorization(
                new(stack with { Template = TemplateGrant.Without(stack.Template, grant) }, host.Deployment.Identity), _ => { }, TimeProvider.System);
            Assert.All(requests, request => Assert.False(without.Decide(request).IsAllowed, $"{grant}: {request.Action} on {request.Resource} is allowed without it"));
            missed++;
        }

        Assert.InRange(missed, 40, int.MaxValue);
    }

    [Fact]
    public async Task A_stack_whose_role_lacks_what_AWS_asks_of_it_does_not_start()
    {
        var template = CloudAssembly.Load(blueprint.Directory).Stack("TimeSeries").Template;
        var grants = TemplateGrant.Of(template).Where(grant => IsAskedAtDeployment(template, grant)).ToList();
        Assert.Equal(18, grants.Count);

        foreach (var grant in grants)
        {
            using var changed = new ChangedAssembly(blueprint.Directory, TemplateGrant.Without(template, grant));

            var error = await Assert.ThrowsAsync<LocalHostException>(() => LocalHost.StartAsync(new() { AssemblyDirectory = changed.Directory, Stack = "TimeSeries" }, Cancellation));

            Assert.Contains(grant.Action[(grant.Action.IndexOf(':', StringComparison.Ordinal) + 1)..], error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_run_without_a_grant_of_each_role_is_refused_what_it_tries()
    {
        await UseEverythingAsync();
        var template = CloudAssembly.Load(blueprint.Directory).Stack("TimeSeries").Template;
        var authorization = blueprint.Host.Services.Authorization!;
        var byRole = TemplateGrant.Of(template)
            .Where(grant => grant.Policy.Contains("RoleDefaultPolicy", StringComparison.Ordinal) && !IsAskedAtDeployment(template, grant) && !grant.Action.StartsWith("kms:", StringComparison.Ordinal))
            .Where(grant => grant.In(authorization, blueprint.Host.Deployment).Any(one => one.Used > 0))
            .GroupBy(grant => grant.Policy).Select(role => role.Reverse().ToList()).ToList();

        // Roles do not see each other's refusals, so one grant of each is taken away at a time.
        var rounds = Environment.GetEnvironmentVariable(AllOfThem) is { Length: > 0 } ? byRole.Max(role => role.Count) : 1;
        for (var round = 0; round < rounds; round++)
        {
            await SeeRefusedAsync(template, [.. byRole.Where(role => role.Count > round).Select(role => role[round])]);
        }
    }

    private async Task SeeRefusedAsync(JsonObject template, List<TemplateGrant> grants)
    {
        using var changed = new ChangedAssembly(blueprint.Directory, TemplateGrant.Without(template, grants));
        await using var host = await LocalHost.StartAsync(new() { AssemblyDirectory = changed.Directory, Stack = "TimeSeries", EnforceQuotas = false }, Cancellation);
        using var api = new HttpClient { BaseAddress = new(host.Outputs["QueryApiUrl"]) };

        // What each stage would have got of the one before it, so that none waits for another.
        foreach (var output in (string[])["ReadingsStreamName", "CleansedStreamName", "RejectedStreamName"])
        {
            Copy(blueprint.Host, host, output);
        }

        var unseen = grants;
        for (var started = TimeProvider.System.GetTimestamp(); unseen.Count > 0; await Task.Delay(200, Cancellation))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"nothing was refused without {string.Join("; ", unseen)}");
            await AskApiAsync(api);
            await host.Services.Firehose.FlushAsync(Cancellation);
            unseen = [.. grants.Where(grant => !IsRefused(host, grant))];
        }
    }

    private static bool IsRefused(LocalHost host, TemplateGrant grant)
    {
        var role = host.Services.Authorization!.Roles.Single(one => one.Policies.Any(policy => policy.Name == host.Deployment.Find(grant.Policy)!.Path));
        return host.Refused.Any(call => call.Principal.Contains($"assumed-role/{role.Name}/", StringComparison.Ordinal) && call.Action == grant.Action)
            || host.Services.Authorization.Remarks.Any(remark => remark.Contains($"assumed-role/{role.Name}/", StringComparison.Ordinal) && remark.Contains(grant.Action, StringComparison.Ordinal));
    }

    private static void Copy(LocalHost from, LocalHost to, string output)
    {
        var (source, target) = (from.Services.Kinesis.TryGet(from.Outputs[output])!, to.Services.Kinesis.TryGet(to.Outputs[output])!);
        var records = new KinesisRecord[500];
        foreach (var shard in source.Shards)
        {
            for (var reader = new ShardReader(shard, ShardPosition.TrimHorizon); reader.HasMore;)
            {
                var count = reader.Read(records);
                foreach (ref readonly var record in records.AsSpan(0, count))
                {
                    target.Put(record.PartitionKey, record.Data.Span);
                }
            }
        }
    }

    // Once for all of these tests: a run with every kind of reading in it, and every route of the API.
    private Task UseEverythingAsync()
    {
        lock (blueprint)
        {
            return _run ??= RunEverythingAsync();
        }
    }

    private async Task RunEverythingAsync()
    {
        const int Usual = 300;
        await PutAsync([Encoding.UTF8.GetBytes("broken"), .. Enumerable.Range(0, Usual).Select(i => Reading(20 + Math.Sin(i / 9.0) + (i * 7_919 % 101 / 200.0), Usual - i + 2))]);
        await PutAsync([Reading(95, 1)]);
        await EventuallyAsync(() => blueprint.Host.Services.Events.Sent.Any(m => m.Event.GetProperty("detail").GetProperty("device").GetString() == _device));
        await EventuallyAsync(() => blueprint.Host.IsIdle);
        await AskApiAsync(blueprint.Api);
        await blueprint.Host.Services.Firehose.FlushAsync(Cancellation);
    }

    private static async Task AskApiAsync(HttpClient api)
    {
        foreach (var path in (string[])["latest", "metrics/temperature/latest", "metrics/temperature/readings", "metrics/temperature/aggregates"])
        {
            using var answer = await api.GetAsync($"devices/{_device}/{path}", Cancellation);
        }
    }

    private byte[] Reading(double value, int secondsAgo) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"device":"{{_device}}","metric":"temperature","time":"{{ReadingJson.Iso(_now.AddSeconds(-secondsAgo).ToUnixTimeMilliseconds())}}","value":{{value}}}"""));

    private Task PutAsync(byte[][] records) => blueprint.PutAsync(_device, records);

    private async Task EventuallyAsync(Func<bool> holds)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !holds(); await Task.Delay(100, Cancellation))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"What was waited for did not come. The functions wrote:\n{blueprint.Log}");
        }
    }

    private static bool IsAbout((string Holder, string Grant) reason, PermissionUse grant) =>
        reason.Holder == grant.Holder && (reason.Grant == "*" || reason.Grant == $"{grant.Action} {grant.Resource}");

    // Firehose and Lambda ask for different ones of them.
    private static bool IsAskedAtDeployment(JsonObject template, TemplateGrant grant)
    {
        var statement = template["Resources"]![grant.Policy]!["Properties"]!["PolicyDocument"]?["Statement"]![grant.Statement];
        var writes = statement?["Action"] is JsonArray actions && actions.Any(action => (string?)action == "kinesis:PutRecords");
        return grant.Policy.StartsWith("Readings", StringComparison.Ordinal) || grant.Policy.StartsWith("Rejected", StringComparison.Ordinal)
            ? grant.Action == "kinesis:DescribeStream"
            : !writes && AskedAtDeployment.Contains(grant.Action);
    }
}
