using System.Text.Json.Nodes;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>Holds what a stack grants against a host that has run everything in it: each grant is used, or is missed when it is taken away.</summary>
/// <param name="host">The host; nothing was refused in it.</param>
/// <param name="assembly">The cloud assembly.</param>
internal sealed class GrantChecks(LocalHost host, string assembly)
{
    private const string AllOfThem = "KINESIS_PATTERNS_EVERY_GRANT";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What a deployment on AWS asks of a role that a service takes on: a host does not start without it.
    private static readonly Dictionary<string, string[]> AskedAtDeployment = new(StringComparer.Ordinal)
    {
        ["lambda.amazonaws.com"] =
        [
            "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
            "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
        ],
        ["firehose.amazonaws.com"] = ["kinesis:DescribeStream"],
        ["ecs-tasks.amazonaws.com"] = ["logs:CreateLogStream", "logs:PutLogEvents", "s3:ListBucket"],
    };

    private readonly StackArtifact _stack = CloudAssembly.Load(assembly).Stack(host.StackName);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private JsonObject Template => _stack.Template;

    /// <summary>Fails for a grant that nothing used and that has no reason in STACK.unused-grants.json, and for a reason that nothing needs.</summary>
    public async Task EachIsUsedOrHasAReasonAsync()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{host.StackName}.unused-grants.json");
        var reasons = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!.AsObject()
            .SelectMany(holder => holder.Value!.AsObject(), (holder, reason) => (Holder: holder.Key, Grant: reason.Key)).ToList();

        var unused = host.Permissions.Where(grant => grant.Times == 0 && grant.Note?.Contains("https://", StringComparison.Ordinal) != true).ToList();

        Assert.Equal([], unused.Where(grant => !reasons.Exists(reason => IsAbout(reason, grant))).Select(grant => $"{grant.Holder}: {grant.Action} {grant.Resource}"));
        Assert.Equal([], reasons.Where(reason => !unused.Exists(grant => IsAbout(reason, grant))).Select(reason => $"no longer needed: {reason}"));
        Assert.Equal([], host.Refused);
    }

    /// <summary>Fails for a request that is allowed without the grant that it used.</summary>
    /// <param name="least">How many grants were used at least.</param>
    public void EachIsMissed(int least)
    {
        var missed = 0;
        foreach (var grant in TemplateGrant.Of(Template))
        {
            var requests = grant.In(host.Services.Authorization!, host.Deployment).Select(one => one.First).OfType<AccessRequest>().ToList();
            if (requests.Count == 0)
            {
                continue;
            }

            var without = new Authorization(
                new(_stack with { Template = TemplateGrant.Without(Template, grant) }, host.Deployment.Identity), _ => { }, TimeProvider.System);
            Assert.All(requests, request => Assert.False(without.Decide(request).IsAllowed, $"{grant}: {request.Action} on {request.Resource} is allowed without it"));
            missed++;
        }

        Assert.InRange(missed, least, int.MaxValue);
    }

    /// <summary>Fails when a host starts without one of the grants that a deployment asks for.</summary>
    /// <param name="expected">How many there are.</param>
    public async Task NoHostStartsWithoutWhatADeploymentAsksForAsync(int expected)
    {
        var grants = TemplateGrant.Of(Template).Where(IsAskedAtDeployment).ToList();
        Assert.Equal(expected, grants.Count);

        foreach (var grant in grants)
        {
            using var changed = new ChangedAssembly(assembly, host.StackName, TemplateGrant.Without(Template, grant));

            var error = await Assert.ThrowsAsync<LocalHostException>(() => LocalHost.StartAsync(new() { AssemblyDirectory = changed.Directory, Stack = host.StackName }, Cancellation));

            Assert.Contains(grant.Action[(grant.Action.IndexOf(':', StringComparison.Ordinal) + 1)..], error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Fails when a host whose roles lack a grant each is not refused what they try.</summary>
    /// <param name="streams">The outputs that name the streams, whose records the host is given.</param>
    /// <param name="use">Asks it for what nobody asks by himself.</param>
    /// <param name="isBehind">Policies of what does nothing where another role lacks some of its grants.</param>
    /// <param name="leaveOut">Grants that nothing would try in it, by the statement's text.</param>
    public async Task ARunWithoutAGrantOfEachRoleIsRefusedWhatItTriesAsync(
        IReadOnlyList<string> streams, Func<LocalHost, Task> use, Predicate<string>? isBehind = null, Func<TemplateGrant, string, bool>? leaveOut = null)
    {
        var byRole = TemplateGrant.Of(Template)
            .Where(grant => grant.Policy.Contains("RoleDefaultPolicy", StringComparison.Ordinal) && !IsAskedAtDeployment(grant) && !grant.Action.StartsWith("kms:", StringComparison.Ordinal))
            .Where(grant => grant.In(host.Services.Authorization!, host.Deployment).Any(one => one.Used > 0))
            .Where(grant => leaveOut?.Invoke(grant, StatementOf(grant).ToJsonString()) != true)
            .GroupBy(grant => grant.Policy).Select(role => role.Reverse().ToList()).ToList();
        Assert.NotEmpty(byRole);

        // Roles do not see each other's refusals, so one grant of each is taken away at a time.
        var rounds = Environment.GetEnvironmentVariable(AllOfThem) is { Length: > 0 } ? byRole.Max(role => role.Count) : 1;
        for (var round = 0; round < rounds; round++)
        {
            var grants = byRole.Where(role => role.Count > round).Select(role => role[round]);
            foreach (var together in grants.GroupBy(grant => round > 0 && isBehind?.Invoke(grant.Policy) == true))
            {
                await SeeRefusedAsync([.. together], streams, use);
            }
        }
    }

    private async Task SeeRefusedAsync(List<TemplateGrant> grants, IReadOnlyList<string> streams, Func<LocalHost, Task> use)
    {
        using var changed = new ChangedAssembly(assembly, host.StackName, TemplateGrant.Without(Template, grants));
        await using var other = await LocalHost.StartAsync(new() { AssemblyDirectory = changed.Directory, Stack = host.StackName, EnforceQuotas = false }, Cancellation);

        // What each stage would have got of the one before it, so that none waits for another.
        foreach (var output in streams)
        {
            Copy(other, output);
        }

        var unseen = grants;
        for (var started = TimeProvider.System.GetTimestamp(); unseen.Count > 0; await Task.Delay(200, Cancellation))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"nothing was refused without {string.Join("; ", unseen)}");
            await use(other);
            await other.Services.Firehose.FlushAsync(Cancellation);
            unseen = [.. grants.Where(grant => !IsRefused(other, grant))];
        }
    }

    private static bool IsRefused(LocalHost other, TemplateGrant grant)
    {
        var role = other.Services.Authorization!.Roles.Single(one => one.Policies.Any(policy => policy.Name == other.Deployment.Find(grant.Policy)!.Path));
        return other.Refused.Any(call => call.Principal.Contains($"assumed-role/{role.Name}/", StringComparison.Ordinal) && call.Action == grant.Action)
            || other.Services.Authorization.Remarks.Any(remark => remark.Contains($"assumed-role/{role.Name}/", StringComparison.Ordinal) && remark.Contains(grant.Action, StringComparison.Ordinal));
    }

    private void Copy(LocalHost to, string output)
    {
        var (source, target) = (host.Services.Kinesis.TryGet(host.Outputs[output])!, to.Services.Kinesis.TryGet(to.Outputs[output])!);
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

    private static bool IsAbout((string Holder, string Grant) reason, PermissionUse grant) =>
        reason.Holder == grant.Holder && (reason.Grant == "*" || reason.Grant == $"{grant.Action} {grant.Resource}");

    private JsonNode StatementOf(TemplateGrant grant) => Template["Resources"]![grant.Policy]!["Properties"]!["PolicyDocument"]!["Statement"]![grant.Statement]!;

    // A statement that writes a stream lists its shards as well, and nobody asks for that; nor for what a function reads by itself.
    private bool IsAskedAtDeployment(TemplateGrant grant)
    {
        var resources = Template["Resources"]!.AsObject();
        if ((string?)resources[grant.Policy]!["Properties"]!["Roles"]?[0]?["Ref"] is not { } role)
        {
            return false;
        }

        var service = (string?)resources[role]!["Properties"]!["AssumeRolePolicyDocument"]!["Statement"]![0]!["Principal"]!["Service"];
        var isAsked = service is not null && AskedAtDeployment.GetValueOrDefault(service)?.Contains(grant.Action) == true;
        var functions = resources.Where(r => (string?)r.Value!["Properties"]?["Role"]?["Fn::GetAtt"]?[0] == role).Select(r => r.Key).ToList();
        var writes = StatementOf(grant)["Action"] is JsonArray actions && actions.Any(action => (string?)action == "kinesis:PutRecords");
        var isMapped = functions.Count == 0 || resources.Any(r => functions.Contains((string?)r.Value!["Properties"]?["FunctionName"]?["Ref"] ?? ""));
        return isAsked && !writes && (isMapped || !grant.Action.StartsWith("kinesis:", StringComparison.Ordinal));
    }
}
