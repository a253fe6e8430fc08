using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Data.Mixing;

namespace Zephyr.Core.Tests.Data.Mixing;

public sealed class DataMixerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_share_of_each_source_is_taken_and_all_are_shuffled_with_the_seed()
    {
        var options = new DataOptions
        {
            Sft = [Source("a", 10) with { Fraction = 0.55 }, Source("b", 10) with { Fraction = 0.3 }],
            HeldOutFraction = 0,
        };
        var (train, heldOut, report) = Mix(options, 7);

        // int(0.55 * 10) = 5 and int(0.3 * 10) = 3 rows.
        train.Order(StringComparer.Ordinal).ShouldBe(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]);
        train.ShouldNotBe(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]);
        heldOut.ShouldBeEmpty();
        (report.Train, report.HeldOut).ShouldBe((8, 0));
        Mix(options, 7).Train.ShouldBe(train);
        Mix(options, 8).Train.ShouldNotBe(train);
        Mix(options with { Shuffle = false }, 7).Train.ShouldBe(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]);
    }

    [Fact]
    public void Test_sources_are_held_out_whole_and_in_order_and_nothing_else_is()
    {
        var (train, heldOut, _) = Mix(new DataOptions { Sft = [Source("a", 4), Source("t", 3) with { Split = DataSplit.Test }], HeldOutFraction = 0.5, Shuffle = false }, 1);
        train.ShouldBe(["a0", "a1", "a2", "a3"]);
        heldOut.ShouldBe(["t0", "t1", "t2"]);
    }

    [Fact]
    public void Without_test_sources_a_seeded_share_is_held_out()
    {
        var (train, heldOut, _) = Mix(new DataOptions { Sft = [Source("a", 20)], HeldOutFraction = 0.25, Shuffle = false }, 1);
        heldOut.Count.ShouldBe(5);
        train.Concat(heldOut).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 20).Select(i => $"a{i}").Order(StringComparer.Ordinal));
        heldOut.ShouldNotBe(["a0", "a1", "a2", "a3", "a4"]);
    }

    [Fact]
    public void Repeated_rows_are_dropped_wherever_they_come_from_and_test_rows_win()
    {
        var options = new DataOptions
        {
            Sft = [Rows("x", ("Hello  there", "A"), ("hello\nTHERE ", "a"), ("Hello there", "B")), Rows("t", ("HELLO there", "b")) with { Split = DataSplit.Test }],
            Deduplicate = Deduplication.Row,
            Shuffle = false,
        };
        var (train, heldOut, report) = Mix(options, 1);
        train.ShouldBe(["Hello  there"]);
        heldOut.ShouldBe(["HELLO there"]);
        report.Drops[DropReason.Duplicate].ShouldBe(2);
        Mix(options with { Deduplicate = Deduplication.Prompt }, 1).Train.ShouldBeEmpty();
        Mix(options with { Deduplicate = Deduplication.None }, 1).Train.Count.ShouldBe(3);
    }

    [Fact]
    public void Rows_that_hold_a_text_of_an_evaluation_are_dropped()
    {
        File.WriteAllText(_folder.File("HumanEval.jsonl"), """
            {"task_id": "HumanEval/0", "prompt": "def f(a):\n    \"\"\" Add  all\n    numbers.\n    \"\"\"\n", "canonical_solution": "    return x + y\n", "entry_point": "f"}
            {"task_id": "HumanEval/1", "prompt": "def h():\n  '''h'''\ndef g(a):\n    '''Count the words'''\n", "canonical_solution": "    return len(a.split())\n"}
            """);
        var options = new DataOptions
        {
            Sft = [Rows("x", ("please add all Numbers. now", "A"), ("what does return x + y do", "B"), ("say", "use RETURN  len(a.split())"), ("count the word s", "C"))],
            Decontaminate = [new TextFileOptions { Path = _folder.File("HumanEval.jsonl") }],
            HeldOutFraction = 0,
            Shuffle = false,
        };
        var (train, _, report) = Mix(options, 1);
        train.ShouldBe(["what does return x + y do", "count the word s"]);
        report.Drops[DropReason.Contaminated].ShouldBe(2);
    }

    [Theory]
    [InlineData("e.jsonl", "{\"x\": 1}", "e.jsonl:1:1: the row has neither 'text'")]
    [InlineData("e.jsonl", "{\"text\": }", "e.jsonl:1:1: this is not JSON")]
    [InlineData("e.jsonl", "{\"prompt\": \"no\", \"canonical_solution\": \"x\"}", "e.jsonl:1:1: 'prompt' has no docstring")]
    [InlineData("e.bin", "", "e.bin: ")]
    public void A_file_of_evaluation_texts_that_is_none_is_named(string name, string content, string message)
    {
        File.WriteAllText(_folder.File(name), content);
        var options = new DataOptions { Sft = [Source("a", 2)], Decontaminate = [new TextFileOptions { Path = _folder.File(name) }] };
        Should.Throw<ZephyrException>(() => Mix(options, 1)).Message.ShouldStartWith(_folder.File(message));
    }

    [Fact]
    public void Answers_with_unwanted_phrases_are_dropped_and_questions_with_them_are_not()
    {
        var (train, _, report) = Mix(
            new DataOptions
            {
                Sft = [Rows("x", ("a", "As an AI, I do not have\nEmotions."), ("do you say: I do not have emotions", "No"), ("b", "B"))],
                DropPhrases = ["I do not have emotions"],
                HeldOutFraction = 0,
                Shuffle = false,
            },
            1);
        train.ShouldBe(["do you say: I do not have emotions", "b"]);
        report.Drops[DropReason.UnwantedPhrase].ShouldBe(1);
    }

    [Fact]
    public void Truecased_rows_are_counted()
    {
        var (train, _, report) = Mix(
            new DataOptions { Sft = [Rows("x", ("hello. how are you?", "Fine"), ("Good", "Yes"))], Truecase = Truecasing.Sentences, HeldOutFraction = 0, Shuffle = false }, 1);
        train.ShouldBe(["Hello. How are you?", "Good"]);
        report.Truecased.ShouldBe(1);
    }

    [Fact]
    public void Pairs_go_the_same_way()
    {
        JsonLines.Write(_folder.File("p.jsonl"), Enumerable.Range(0, 50).Select(i => new PreferencePair([new(ChatRoles.User, $"q{i % 40}")], "c", "r", 2, 1)));
        var report = new DataMixer(new DataOptions { Preferences = [new() { Path = _folder.File("p.jsonl") }], Deduplicate = Deduplication.Row }, 3, _folder.Path)
            .WritePairs(_folder.File("train.jsonl"), _folder.File("test.jsonl"), TestContext.Current.CancellationToken);
        (report.Train, report.HeldOut, report.Drops[DropReason.Duplicate]).ShouldBe((36, 4, 10));
        PreferenceReader.Read(new DataFileOptions { Path = _folder.File("train.jsonl") }, new DropCounts()).Count().ShouldBe(36);
        Directory.EnumerateFiles(_folder.Path, "*.spool").ShouldBeEmpty();
    }

    [Fact]
    public void A_mix_of_pairs_says_where_each_is_from_by_its_own_column_or_its_place_in_the_settings()
    {
        IReadOnlyList<DataFileOptions> Sources() => [new() { Path = _folder.File("a.jsonl") }, new() { Path = _folder.File("b.jsonl"), Split = DataSplit.Test }];
        JsonLines.Write(_folder.File("a.jsonl"), [Pair("1", "flan"), Pair("2", null)]);
        JsonLines.Write(_folder.File("b.jsonl"), [Pair("3", null)]);
        Mixed(Sources()).ShouldBe(["flan", "data.preferences[0]", "data.preferences[1]"]);
        Mixed([Sources()[0]]).ShouldBe(["flan", null]);

        static PreferencePair Pair(string question, string? source) => new([new(ChatRoles.User, question)], "c", "r", Source: source);
        IEnumerable<string?> Mixed(IReadOnlyList<DataFileOptions> sources)
        {
            new DataMixer(new DataOptions { Preferences = sources, HeldOutFraction = 0, Shuffle = false }, 3, _folder.Path)
                .WritePairs(_folder.File("train.jsonl"), _folder.File("test.jsonl"), TestContext.Current.CancellationToken);
            return new[] { "train.jsonl", "test.jsonl" }
                .SelectMany(file => PreferenceReader.Read(new DataFileOptions { Path = _folder.File(file) }, new DropCounts())).Select(pair => pair.Source);
        }
    }

    private DataFileOptions Source(string name, int rows) => Rows(name, [.. Enumerable.Range(0, rows).Select(i => ($"{name}{i}", "A"))]);

    private DataFileOptions Rows(string name, params (string Question, string Answer)[] rows)
    {
        var path = _folder.File(name + ".jsonl");
        JsonLines.Write(path, rows.Select(row => new Conversation([new(ChatRoles.User, row.Question), new(ChatRoles.Assistant, row.Answer)])));
        return new DataFileOptions { Path = path };
    }

    private (List<string> Train, List<string> HeldOut, MixReport Report) Mix(DataOptions options, ulong seed)
    {
        var (train, heldOut) = (_folder.File("train.out.jsonl"), _folder.File("heldout.out.jsonl"));
        var report = new DataMixer(options, seed, _folder.Path).WriteConversations(train, heldOut, TestContext.Current.CancellationToken);
        return (Questions(train), Questions(heldOut), report);
    }

    private static List<string> Questions(string path) =>
        [.. ConversationReader.Read(new DataFileOptions { Path = path }, new DropCounts()).Select(row => row.Messages[0].Content)];
}
