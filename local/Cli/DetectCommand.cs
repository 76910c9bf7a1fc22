using System.CommandLine;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Local;

namespace KinesisPatterns.Cli;

/// <summary>The command <c>detect</c>: its arguments and options.</summary>
internal static class DetectCommand
{
    private const int Complete = 0;
    private const int CannotRun = 2;

    public static Command Define()
    {
        var input = new Argument<string>("input") { Description = "A CSV file with the columns timestamp and value, or a folder of them." };
        var output = new Option<string>("--out") { Description = "The folder for the scores: timestamp, value and anomaly_score, under the same relative path.", Required = true };
        var threshold = new Option<double>("--threshold") { Description = "The score from which on an onset is counted as an anomaly, 0 to 1.", DefaultValueFactory = _ => AnomalyDetector.DefaultThreshold };
        RunCommand.Within(threshold, 0, 1);

        var command = new Command("detect", "Scores series in files for anomalies, with the code that scores readings in the stream.") { input, output, threshold };
        command.SetAction(result => Guarded(result.GetRequiredValue(input), result.GetRequiredValue(output), result.GetValue(threshold)));
        return command;
    }

    private static int Guarded(string input, string output, double threshold)
    {
        try
        {
            new DetectRun(output, threshold, Console.Out, Console.Error).Run(input);
            return Complete;
        }
        catch (Exception error) when (error is LocalHostException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return CannotRun;
        }
    }
}
