using Zephyr.Core.Generation;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Generation;

public sealed class StopScannerTests
{
    [Fact]
    public void A_stop_text_over_several_pieces_is_found_and_nothing_of_it_given_out()
    {
        var scanner = new StopScanner(["END"]);

        scanner.Push("some E").ShouldBe("some ");
        scanner.Push("N").ShouldBe("");
        scanner.Push("D and more").ShouldBe("");
        scanner.Found.ShouldBe("END");
        scanner.Push("x").ShouldBe("");
    }

    [Fact]
    public void What_turns_out_to_be_no_stop_text_is_given_out()
    {
        var scanner = new StopScanner(["\n\nHuman", "###"]);

        scanner.Push("a\n").ShouldBe("a");
        scanner.Push("\nHu").ShouldBe("");
        scanner.Push("ge").ShouldBe("\n\nHuge");
        scanner.Push("##").ShouldBe("");
        scanner.Flush().ShouldBe("##");
        scanner.Found.ShouldBeNull();
    }

    [Fact]
    public void However_a_text_is_cut_the_result_is_the_text_before_the_first_stop_text()
    {
        var random = new SeededRandom(2, "cuts");
        string[] stops = ["abab", "ba", "ccc"];
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.NextInt(14)).Select(_ => "aaabcc"[random.NextInt(6)]));
            var ends = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(static at => at >= 0).ToList();

            // A stop text that is complete ends the answer at once, so one that starts earlier but is complete later comes too late.
            var complete = stops.Select(stop => (At: text.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(static x => x.At >= 0)
                .OrderBy(static x => x.At + x.Length).ThenBy(static x => x.At).ToList();
            var scanner = new StopScanner(stops);
            var got = "";
            foreach (var character in text)
            {
                got += scanner.Push(character.ToString());
            }

            got += scanner.Flush();
            got.ShouldBe(ends.Count == 0 ? text : text[..complete[0].At], text);
        }
    }
}
