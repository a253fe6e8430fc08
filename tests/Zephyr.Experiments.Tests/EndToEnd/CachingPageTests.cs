using System.Text.RegularExpressions;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>The worked example of docs/concepts/caching.md, followed to the letter: what the page shows is what a reader sees.</summary>
public sealed partial class CachingPageTests
{
    [Fact]
    public void The_worked_example_prints_what_the_page_shows()
    {
        using var repository = new RecipeRepository();
        var page = File.ReadAllText(Path.Combine(RecipeRepository.Source(), "docs", "concepts", "caching.md"));
        var example = page[page.IndexOf("## A worked example", StringComparison.Ordinal)..];
        example = example[..example.IndexOf("\n## ", 3, StringComparison.Ordinal)];
        var (output, compared) = ("", 0);
        foreach (Match block in Block().Matches(example))
        {
            var text = block.Groups["text"].Value;
            switch (block.Groups["kind"].Value)
            {
                case "yaml":
                    File.WriteAllText(Path.Combine(repository.Folder, "experiments", "mini.yaml"), text);
                    break;
                case "sh":
                    foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    {
                        var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                        words[0].ShouldBe("zephyr");
                        (var code, output, var error) = repository.Run(words[1..]);
                        code.ShouldBe(0, $"{line}\n{error}");
                    }

                    break;
                default:
                    Comparable(output).ShouldBe(Comparable(text));
                    compared++;
                    break;
            }
        }

        compared.ShouldBeGreaterThanOrEqualTo(3);
    }

    // Runs have other ids and take other times, and the columns of a table are as wide as these.
    private static string Comparable(string text)
    {
        text = RunId().Replace(text, "run ID");
        text = Duration().Replace(text, "TIME");
        text = Rule().Replace(text, "---");
        return Spaces().Replace(text, " ").Replace(" \n", "\n", StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex("^```(?<kind>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Block();

    [GeneratedRegex(@"\brun [0-9a-f]{8}\b", RegexOptions.NonBacktracking)]
    private static partial Regex RunId();

    [GeneratedRegex(@"(about )?(below 1 s|\d+ min \d+ s|\d+ s)\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Duration();

    [GeneratedRegex("-{3,}", RegexOptions.NonBacktracking)]
    private static partial Regex Rule();

    [GeneratedRegex(" {2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}
