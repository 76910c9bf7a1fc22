namespace KinesisPatterns.Cdk;

/// <summary>What the containers of a cluster do before Flink starts, as scripts for <c>sh -c</c>.</summary>
internal static class FlinkScripts
{
    /// <summary>The folder that the containers of the job manager share.</summary>
    public const string Shared = "/resume";

    // In single quotes of the script. The prefix leaves out what checkpoints share, which may be many objects; as JSON the
    // query is asked once over all pages, as text once for each.
    // https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html
    private const string Newest =
        "sort_by((Contents || `[]`)[?ends_with(Key, `/_metadata`)], &LastModified)[-1].Key";

    // The image's own configuration stays in front: of two equal keys Flink 1 takes the later one.
    private const string Apache = """
        mkdir -p /opt/statefun/modules/app
        printf '%s\n' "$MODULE_YAML" > /opt/statefun/modules/app/module.yaml
        printf '\n%s\n' "$FLINK_CONF" >> "${FLINK_HOME:-/opt/flink}/conf/flink-conf.yaml"
        """;

    // Its container runs as the user flink, who may write in Flink's own folders only. Its log is JSON, with all that the
    // reporter has to say in one line: here it is text again, a line each (see FlinkReports). The file may be another user's.
    // https://github.com/kzmlabs/flink-statefun/tree/main/statefun-docker/src/main/docker
    // Flink's entry point takes the space after a colon for a part of the value since FLINK-38587.
    private const string Fork = $"""
        printf '%s\n' "$MODULE_YAML" > {StatefulFunctionsConfiguration.ForkModule}
        printf '%s\n' '{PlainLog}' > {StatefulFunctionsConfiguration.ForkFolder}/plain.xml
        mv -f {StatefulFunctionsConfiguration.ForkFolder}/plain.xml {StatefulFunctionsConfiguration.ForkFolder}/logback-console.xml
        export FLINK_PROPERTIES="$(printf '%s\n' "$FLINK_CONF" | sed 's/: /:/')"
        """;

    // In single quotes of the script.
    private const string PlainLog = """
        <configuration>
          <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger %msg%n</pattern></encoder>
          </appender>
          <root level="INFO"><appender-ref ref="console"/></root>
        </configuration>
        """;

    // What is on the command line goes before the configuration: without the option, a job that lost an ingress could not go on.
    private const string Restore = """
        if [ -s /resume/checkpoint ]; then
          set -- "$@" --fromSavepoint "$(cat /resume/checkpoint)" --allowNonRestoredState
        fi
        """;

    /// <summary>
    /// Finds the checkpoint that was completed last and leaves its path; nothing where there is none yet. When S3 cannot be
    /// asked it fails, for a job manager that starts without state would start over.
    /// </summary>
    public const string Resume = $$"""
        set -eu
        newest=$(aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "{{FlinkSnapshots.Checkpoints}}/$JOB_ID/chk-" --output json --query '{{Newest}}')
        newest=$(printf '%s' "$newest" | tr -d '"')
        if [ -z "$newest" ] || [ "$newest" = null ]; then
          echo "no checkpoint yet: the job starts without state"
          : > "$FOLDER/checkpoint"
        else
          echo "resuming from s3://$BUCKET/${newest%/_metadata}"
          printf '%s' "s3://$BUCKET/${newest%/_metadata}" > "$FOLDER/checkpoint"
        fi
        """;

    /// <summary>Writes the module and the configuration, then becomes the image's own entry point.</summary>
    public static string Start(StatefulFunctionsRuntime runtime, bool restores)
    {
        var (write, entryPoint) = runtime.IsFork ? (Fork, "/docker-entrypoint.sh") : (Apache, "/docker-entry-point.sh");
        string[] parts = ["set -eu", write, .. restores ? [Restore] : Array.Empty<string>(), $"exec {entryPoint} \"$@\""];
        return string.Join('\n', parts).ReplaceLineEndings("\n");
    }
}
