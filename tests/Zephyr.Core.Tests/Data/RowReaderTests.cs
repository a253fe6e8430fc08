using System.Text;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;

namespace Zephyr.Core.Tests.Data;

public sealed class RowReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-data-").FullName;
    private readonly DropCounts _drops = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Messages_rows_are_read_and_other_keys_passed_over()
    {
        var read = Conversations("a.jsonl", """
            {"id": {"deep": [1, 2]}, "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}

            {"messages": [{"content": "S", "role": "system"}, {"role": "user", "content": "é🙂\n"}, {"role": "assistant", "content": "B"}]}
            """);
        read.Count.ShouldBe(2);
        read[0].Messages.ShouldBe([new(ChatRoles.User, "Hi"), new(ChatRoles.Assistant, "Hello")]);
        read[1].Messages.ShouldBe([new(ChatRoles.System, "S"), new(ChatRoles.User, "é🙂\n"), new(ChatRoles.Assistant, "B")]);
    }

    [Fact]
    public void Alpaca_rows_join_instruction_and_input()
    {
        var read = Conversations("a.json", """[{"instruction": "Add", "input": "1 2", "output": "3"}, {"instruction": "Go", "input": "", "output": "Gone", "system": "S"}]""");
        read[0].Messages.ShouldBe([new(ChatRoles.User, "Add\n1 2"), new(ChatRoles.Assistant, "3")]);
        read[1].Messages.ShouldBe([new(ChatRoles.System, "S"), new(ChatRoles.User, "Go"), new(ChatRoles.Assistant, "Gone")]);
    }

    [Fact]
    public void The_real_files_are_read_whole()
    {
        var folder = SharedData.Folder("preferences");
        var alpaca = ConversationReader.Read(new DataFileOptions { Path = Path.Combine(folder, "alpaca_en_demo.json") }, _drops).ToList();
        alpaca.Count.ShouldBe(999);
        var shareGpt = ConversationReader.Read(new DataFileOptions { Path = Path.Combine(folder, "sharegpt_conversation.json") }, _drops).ToList();
        shareGpt.ShouldHaveSingleItem().Messages.Count.ShouldBe(12);
        var pairs = PreferenceReader.Read(new DataFileOptions { Path = Path.Combine(folder, "dpo_en_demo.json") }, _drops).ToList();
        pairs.Count.ShouldBe(299);
        pairs.Count(pair => pair.Prompt[0].Role is ChatRoles.System).ShouldBe(80);
        pairs[0].Chosen.ShouldStartWith("That sounds like a fun and engaging idea!");
        _drops.Total.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"prompt": "Q", "chosen": "A", "rejected": "B", "score_chosen": 4.5, "score_rejected": 2}""")]
    [InlineData("""{"prompt": [{"role": "user", "content": "Q"}], "chosen": [{"role": "assistant", "content": "A"}], "rejected": {"role": "assistant", "content": "B"}, "score_chosen": 4.5, "score_rejected": 2}""")]
    [InlineData("""{"prompt": "Q", "chosen": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "rejected": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "B"}], "messages": [], "score_chosen": 4.5, "score_rejected": 2}""")]
    [InlineData("""{"conversations": [{"from": "human", "value": "Q"}], "chosen": {"from": "gpt", "value": "A"}, "rejected": {"from": "gpt", "value": "B"}, "score_chosen": 4.5, "score_rejected": 2}""")]
    public void Pairs_are_read_in_every_usual_form(string row)
    {
        var pair = Pairs("p.jsonl", row).ShouldHaveSingleItem();
        pair.Prompt.ShouldBe([new(ChatRoles.User, "Q")]);
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("A", "B", 4.5, 2));
    }

    [Fact]
    public void Rows_nothing_can_be_learnt_from_are_dropped_and_counted_by_reason()
    {
        Conversations("a.jsonl", """
            {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": " "}]}
            {"messages": [{"role": "assistant", "content": "A"}]}
            {"messages": [{"role": "user", "content": "Q"}]}
            {"messages": []}
            """).ShouldBeEmpty();
        Pairs("p.jsonl", """
            {"prompt": "Q", "chosen": "A", "rejected": "A"}
            {"prompt": "Q", "chosen": "", "rejected": "A"}
            {"prompt": [{"role": "system", "content": "S"}], "chosen": "B", "rejected": "A"}
            """).ShouldBeEmpty();
        _drops[DropReason.EmptyAnswer].ShouldBe(2);
        _drops[DropReason.NoUserTurn].ShouldBe(3);
        _drops[DropReason.NoAnswer].ShouldBe(1);
        _drops[DropReason.IdenticalAnswers].ShouldBe(1);
        _drops.ToString().ShouldBe("7 rows dropped (no_user_turn 3, no_answer 1, empty_answer 2, identical_answers 1)");
    }

    [Fact]
    public void The_first_share_of_the_rows_is_rounded_down()
    {
        var path = Write("a.jsonl", string.Concat(Enumerable.Range(0, 7).Select(i => $$"""{"instruction": "{{i}}", "output": "x"}""" + "\n")));
        var read = ConversationReader.Read(new DataFileOptions { Path = path, Fraction = 0.5 }, _drops).ToList();
        read.Select(conversation => conversation.Messages[0].Content).ShouldBe(["0", "1", "2"]);
    }

    [Theory]
    [InlineData("a.jsonl", "{\"messages\": []}\n{\"messages\": [{\"role\": \"user\", \"content\": 5}]}", "a.jsonl:2:43: 'content' of a message must be text, but is a number")]
    [InlineData("a.jsonl", "{\"messages\": []}\n{\"messages\": [", "a.jsonl:2:15: ")]
    [InlineData("a.jsonl", "{\"messages\": []}\n{\"text\": 1}", "a.jsonl:2:1: the row has no 'messages'")]
    [InlineData("a.jsonl", "{\"x\": 1}", "a.jsonl:1:1: the first row has none of the keys")]
    [InlineData("a.jsonl", "[1]", "a.jsonl:1:1: a row must be an object, but is a list")]
    [InlineData("a.jsonl", "{\"messages\": [{\"role\": \"tool\", \"content\": \"\"}]}", "a.jsonl:1:24: the role 'tool'")]
    [InlineData("a.jsonl", "{\"messages\": [{\"role\": \"user\"}]}", "a.jsonl:1:15: a message of 'messages' has no 'content'")]
    [InlineData("a.jsonl", "{\"messages\": []} {}", "a.jsonl:1:18: there is more text")]
    [InlineData("a.json", "[{\"messages\": []},\n {\"messages\": [}]", "a.json:2:16: ")]
    [InlineData("a.json", "[\n{\"messages\": []}", "a.json:2:17: a ',' or the ']'")]
    [InlineData("a.json", "[\n{\"messages\": [", "a.json:2:1: the row that starts here does not end")]
    [InlineData("a.json", "[{\"messages\": []}] x", "a.json:1:20: there is more text")]
    [InlineData("a.json", "[{\"messages\": []},]", "a.json:1:19: a row must be an object")]
    [InlineData("a.json", "", "a.json:1:1: the file ends")]
    [InlineData("a.txt", "", "a.txt: the rows must be in a .json or .jsonl file")]
    public void Faults_name_file_line_column_and_key(string name, string content, string message) =>
        Should.Throw<ZephyrException>(() => Conversations(name, content)).Message.ShouldStartWith(Path.Combine(_folder, message[..message.IndexOf(':', StringComparison.Ordinal)]) + message[message.IndexOf(':', StringComparison.Ordinal)..]);

    [Fact]
    public void A_row_longer_than_the_buffer_is_read_and_columns_count_characters()
    {
        var big = new string('é', 200_000);
        var read = Conversations("a.json", $$"""[{"instruction": "{{big}}", "output": "\"{[\\"}, {"instruction": "b", "output": "c"}]""");
        read[0].Messages[0].Content.ShouldBe(big);
        read[0].Messages[1].Content.ShouldBe("\"{[\\");
        read[1].Messages[0].Content.ShouldBe("b");
        Should.Throw<DataFormatException>(() => Conversations("a.jsonl", $$"""{"instruction": "{{big}}", "output": 1}""")).Message.ShouldContain(":1:200031:");
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<ZephyrException>(() => ConversationReader.Read(new DataFileOptions { Path = Path.Combine(_folder, "no.json") }, _drops).ToList()).Message.ShouldContain("no.json");

    [Fact]
    public void What_is_written_is_read_back()
    {
        List<Conversation> conversations = [new([new(ChatRoles.User, "a\n\"é🙂"), new(ChatRoles.Assistant, "b")])];
        List<PreferencePair> pairs = [new([new(ChatRoles.User, "q")], "c", "r", 4, null)];
        var path = Path.Combine(_folder, "w.jsonl");
        JsonLines.Write(path, conversations);
        ConversationReader.Read(new DataFileOptions { Path = path }, _drops).Single().Messages.ShouldBe(conversations[0].Messages);
        JsonLines.Write(path, pairs);
        var pair = PreferenceReader.Read(new DataFileOptions { Path = path }, _drops).Single();
        pair.Prompt.ShouldBe(pairs[0].Prompt);
        (pair with { Prompt = pairs[0].Prompt }).ShouldBe(pairs[0]);
    }

    [Fact]
    public void Damaged_files_give_an_error_or_rows_and_nothing_else()
    {
        var good = Encoding.UTF8.GetBytes("""[{"conversations": [{"from": "human", "value": "Q \u00e9"}], "chosen": {"from": "gpt", "value": "A"}, "rejected": "B", "score_chosen": 1e1}]""");
        var random = new Zephyr.Core.Randomness.SeededRandom(1, "fuzz");
        var path = Path.Combine(_folder, "f.json");
        for (var i = int.Parse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS") ?? "20000"); i > 0; i--)
        {
            var bad = good.ToArray();
            for (var flips = 1 + random.NextInt(3); flips > 0; flips--)
            {
                bad[random.NextInt(bad.Length)] = (byte)random.NextInt(256);
            }

            File.WriteAllBytes(path, random.NextInt(4) == 0 ? bad[..random.NextInt(bad.Length)] : bad);
            try
            {
                PreferenceReader.Read(new DataFileOptions { Path = path }, _drops).ToList().Count.ShouldBeLessThan(2);
            }
            catch (ZephyrException exception)
            {
                exception.Message.ShouldContain("f.json:");
            }
        }
    }

    private List<Conversation> Conversations(string name, string content) =>
        [.. ConversationReader.Read(new DataFileOptions { Path = Write(name, content) }, _drops)];

    private List<PreferencePair> Pairs(string name, string content) =>
        [.. PreferenceReader.Read(new DataFileOptions { Path = Write(name, content) }, _drops)];

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
