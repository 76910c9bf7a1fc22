using System.Text;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Tests.Page;

public sealed class ValueTextTests
{
    private static readonly TypeName Order = TypeName.Parse("orders/order");

    [Fact]
    public void A_line_shows_what_is_single_and_counts_what_is_many()
    {
        var kept = new KeptValues(Order.WithId("order-1"), new Dictionary<string, TypedValue>
        {
            ["commands"] = Json("""["c-1","c-2"]"""),
            ["order"] = Json("""{"lines":[{"sku":"a"}],"status":"Paid","total":12.50}"""),
        });

        Assert.Equal(new PageAddress("orders/order", "order-1", "order status Paid, total 12.50, lines (1) · commands (2)"), ValueText.Line(kept));
    }

    [Fact]
    public void A_whole_value_has_lists_of_single_values_in_a_line() => Assert.Equal(
        """
        {
          status: "Paid",
          commands: ["c-1", "c-2"],
          lines: [
            {
              quantity: 9007199254740993
            }
          ]
        }
        """.ReplaceLineEndings("\n"),
        ValueText.Whole(Json("""{"status":"Paid","commands":["c-1","c-2"],"lines":[{"quantity":9007199254740993}]}""")));

    [Fact]
    public void What_is_no_JSON_is_told_by_its_size() =>
        Assert.Equal("3 bytes of orders/any", ValueText.Whole(new TypedValue("orders/any", new byte[] { 0xff, 1, 2 })));

    private static TypedValue Json(string text) => new("orders/any", Encoding.UTF8.GetBytes(text));
}
