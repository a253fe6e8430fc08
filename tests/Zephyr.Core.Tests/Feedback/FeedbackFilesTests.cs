using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Feedback;

namespace Zephyr.Core.Tests.Feedback;

public sealed class FeedbackFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-feedback-").FullName;

    [Fact]
    public void Raw_ultrafeedback_reads_back_as_pairs_also_for_prompts_of_several_turns()
    {
        var rated = FeedbackPairsTests.Rated(3, 5, 2, 4);
        IReadOnlyList<ChatMessage> turns = [new(ChatRoles.User, "One?"), new(ChatRoles.Assistant, "1"), new(ChatRoles.User, "Two?")];
        var path = Path.Combine(_folder, "raw.jsonl");
        using (var writer = new UltraFeedbackWriter(path))
        {
            writer.Write(rated);
            writer.Write(rated with { Prompt = rated.Prompt with { Messages = turns } });
        }

        var reading = new ReadingOptions { UltraFeedback = new UltraFeedbackOptions { Pairing = UltraFeedbackPairing.Worst } };
        var pairs = PreferenceReader.Read(new DataFileOptions { Path = path }, new DropCounts(), reading).ToList();
        pairs.Count.ShouldBe(2);
        (pairs[0].Chosen, pairs[0].Rejected, pairs[0].ScoreChosen, pairs[0].ScoreRejected).ShouldBe(("answer 1", "answer 2", 5.0, 2.0));
        pairs[1].Prompt.ShouldBe(turns);
        var row = JsonDocument.Parse(File.ReadLines(path).First()).RootElement;
        var completion = row.GetProperty("completions")[1];
        completion.GetProperty("annotations").GetProperty("honesty").GetProperty("Rating").GetString().ShouldBe("5");
        completion.GetProperty("overall_score").GetDouble().ShouldBe(5);
        row.GetProperty("models")[1].GetString().ShouldBe("teacher 1");
    }

    [Fact]
    public void The_binarized_schema_reads_back_as_pairs_as_conversations_and_as_prompts()
    {
        var rated = FeedbackPairsTests.Rated(3, 5);
        var pair = new FeedbackPairs(new PairingOptions(), 1).Make(rated, new DropCounts()).Single();
        var path = Path.Combine(_folder, "pairs.jsonl");
        using (var writer = new UltraFeedbackWriter(path))
        {
            writer.Write(rated.Prompt, pair);
        }

        JsonDocument.Parse(File.ReadLines(path).Single()).RootElement.EnumerateObject().Select(property => property.Name)
            .ShouldBe(["prompt", "prompt_id", "source", "chosen", "rejected", "messages", "score_chosen", "score_rejected"]);
        var source = new DataFileOptions { Path = path };
        var read = PreferenceReader.Read(source, new DropCounts()).ShouldHaveSingleItem();
        (read.Chosen, read.Rejected, read.ScoreChosen).ShouldBe(("answer 1", "answer 0", 5.0));
        (read.Source, pair.Source).ShouldBe((rated.Prompt.Source, rated.Prompt.Source));
        read.Prompt.ShouldBe(rated.Prompt.Messages);
        ConversationReader.Read(source with { Format = RowFormat.Messages }, new DropCounts()).Single().Messages[^1].Content.ShouldBe("answer 1");
        Prompts(path).Single().Messages.ShouldBe(rated.Prompt.Messages);
    }

    [Fact]
    public void Prompts_are_read_from_every_kind_of_row_without_the_answer_that_follows()
    {
        var path = Write(
            """{"prompt": "A"}""",
            """{"instruction": "B", "input": "b", "output": "x"}""",
            """{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "C"}, {"role": "assistant", "content": "x"}]}""",
            """{"conversations": [{"from": "human", "value": "D"}, {"from": "gpt", "value": "d"}, {"from": "human", "value": "E"}, {"from": "gpt", "value": "x"}]}""",
            """{"prompt": [{"role": "user", "content": "F"}], "source": "sharegpt"}""");
        var prompts = Prompts(path);
        prompts.Select(prompt => string.Join('|', prompt.Messages.Select(message => message.Content))).ShouldBe(["A", "B\nb", "s|C", "D|d|E", "F"]);
        prompts.Select(prompt => prompt.Source).ShouldBe(["name", "name", "name", "name", "sharegpt"]);
        prompts.Select(prompt => prompt.Index).ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Repeated_empty_and_long_prompts_are_dropped_and_counted()
    {
        var drops = new DropCounts();
        var path = Write("""{"prompt": "Same  text"}""", """{"prompt": "Same text\n"}""", """{"prompt": "  "}""", """{"prompt": "far too long a prompt"}""", """{"messages": [{"role": "assistant", "content": "x"}]}""");
        new PromptReader(12, drops).Read(new DataFileOptions { Path = path }, "name").Single().Messages[0].Content.ShouldBe("Same  text");
        (drops[DropReason.Duplicate], drops[DropReason.NoUserTurn], drops[DropReason.TooLong]).ShouldBe((1, 2, 1));
    }

    [Fact]
    public void A_row_without_a_prompt_is_named_with_its_place()
    {
        var path = Write("""{"prompt": "A"}""", """{"text": "B"}""");
        Should.Throw<DataFormatException>(() => Prompts(path)).Message.ShouldContain($"{path}:2:");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static List<FeedbackPrompt> Prompts(string path) => [.. new PromptReader(0, new DropCounts()).Read(new DataFileOptions { Path = path }, "name")];

    private string Write(params string[] lines)
    {
        var path = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
