using System.Text.Encodings.Web;
using System.Text.Json;

namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>Fails the deployment; the message is the reason in the stack's event.</summary>
public sealed class CustomResourceException : Exception
{
    // CloudFormation takes an answer of 4,096 bytes; the framework adds its own stack trace and the ids.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
    private const int LongestReason = 2_000;

    /// <summary>A failure with its reason; one too long for CloudFormation is cut.</summary>
    public CustomResourceException(string reason, Exception? cause = null) : base(Cut(reason), cause)
    {
    }

    private static string Cut(string reason)
    {
        var length = 0;
        var bytes = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += JsonEncodedText.Encode(rune.ToString(), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;
            if (bytes > LongestReason)
            {
                return $"{reason[..length]} ...";
            }

            length += rune.Utf16SequenceLength;
        }

        return reason;
    }
}
