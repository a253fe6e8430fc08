using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Tests.Tokenizers;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Data;

public sealed class RowTokenizerTests : IDisposable
{
    private static readonly Tokenizer s_tokenizer = BpeTrainer.Train(BpeTrainerTests.Stories(200), 400);
    private static readonly ChatRenderer s_renderer = new(new TokenizerOptions(), s_tokenizer);
    private readonly string _path = Path.GetTempFileName();
    private readonly TokenizeReport _report = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Rows_keep_the_order_of_the_conversations()
    {
        var conversations = Enumerable.Range(0, 3000).Select(i => Conversation("count", $"{i}")).ToList();
        Tokenizer(new TokenizeOptions()).Write(conversations, _path, _report, TestContext.Current.CancellationToken);
        using var rows = TokenRows.Open(_path);
        rows.Count.ShouldBe(3000);
        _report.Rows.ShouldBe(3000);
        _report.Tokens.ShouldBe(rows.TokenCount);
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].Ids.SequenceEqual(s_renderer.Tokenize(conversations[i]).Ids).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_long_conversation_is_cut_at_its_end_and_dropped_when_no_answer_remains()
    {
        var full = s_renderer.Tokenize(Conversation("short", "an answer of several words"));
        var answer = Array.IndexOf(full.Mask, (byte)1);
        var limit = answer + 2;
        Tokenizer(new TokenizeOptions { MaxLength = limit }).Write(
            [Conversation("short", "an answer of several words"), Conversation("a question far longer than the limit that was set", "yes")],
            _path, _report, TestContext.Current.CancellationToken);
        using var rows = TokenRows.Open(_path);
        rows.Count.ShouldBe(1);
        rows[0].Ids.ToArray().ShouldBe(full.Ids[..limit]);
        (_report.TruncatedRows, _report.Drops[DropReason.TooLong]).ShouldBe((1, 1));
    }

    // Truncation of the recipe, section 4. Words of one letter are spelt in one token each, "a b" in two.
    [Fact]
    public void A_pair_within_the_limit_is_kept_whole_even_when_its_prompt_is_over_the_prompt_limit()
    {
        var pair = new PreferencePair([new(ChatRoles.User, "many words in this long prompt")], "a", "b");
        var prompt = s_renderer.TokenizePrompt(pair.Prompt);
        Tokenizer(new TokenizeOptions { MaxPromptLength = 4, MaxPreferenceLength = prompt.Length + 10 })
            .Write([pair], _path, _report, TestContext.Current.CancellationToken);
        using var rows = PreferenceRows.Open(_path);
        rows[0].PromptIds.ToArray().ShouldBe(prompt);
        _report.TruncatedPrompts.ShouldBe(0);
    }

    [Fact]
    public void The_prompt_loses_its_beginning_only_when_prompt_and_longest_answer_do_not_fit()
    {
        var pair = new PreferencePair([new(ChatRoles.User, "many words in this long prompt")], "a", "b c d");
        var prompt = s_renderer.TokenizePrompt(pair.Prompt);
        var longest = s_renderer.TokenizeAnswer(pair.Rejected);
        Tokenizer(new TokenizeOptions { MaxPromptLength = 10, MaxPreferenceLength = prompt.Length + longest.Length - 1 })
            .Write([pair], _path, _report, TestContext.Current.CancellationToken);
        using var rows = PreferenceRows.Open(_path);
        rows[0].PromptIds.ToArray().ShouldBe(prompt[^10..]);
        rows[0].RejectedIds.ToArray().ShouldBe(longest);
        (_report.TruncatedPrompts, _report.TruncatedAnswers).ShouldBe((1, 0));
    }

    [Fact]
    public void Both_answers_are_cut_when_a_shorter_prompt_is_not_enough()
    {
        var pair = new PreferencePair([new(ChatRoles.User, "Q")], string.Concat(Enumerable.Repeat("x ", 100)), string.Concat(Enumerable.Repeat("y ", 90)));
        Tokenizer(new TokenizeOptions { MaxPromptLength = 8, MaxPreferenceLength = 40 }).Write([pair], _path, _report, TestContext.Current.CancellationToken);
        using var rows = PreferenceRows.Open(_path);
        rows[0].PromptIds.Length.ShouldBe(8);
        rows[0].ChosenIds.ToArray().ShouldBe(s_renderer.TokenizeAnswer(pair.Chosen)[..32]);
        rows[0].RejectedIds.ToArray().ShouldBe(s_renderer.TokenizeAnswer(pair.Rejected)[..32]);
        (_report.TruncatedPrompts, _report.TruncatedAnswers).ShouldBe((1, 1));
    }

    [Fact]
    public void The_sources_of_pairs_stay_with_the_rows_when_pairs_are_dropped()
    {
        PreferencePair Pair(string rejected, string? source) => new([new(ChatRoles.User, "Q")], "a", rejected, Source: source);
        var sources = Tokenizer(new TokenizeOptions()).Write(
            [Pair("b", "one"), Pair("a", "dropped"), Pair("c", null), Pair("d", "two")], _path, _report, TestContext.Current.CancellationToken);
        sources.ShouldBe(["one", null, "two"]);
        using var rows = PreferenceRows.Open(_path);
        rows.Count.ShouldBe(3);
    }

    [Fact]
    public void Answers_that_the_limit_makes_the_same_are_dropped_and_counted()
    {
        var start = string.Concat(Enumerable.Repeat("x ", 100));
        Tokenizer(new TokenizeOptions { MaxPromptLength = 8, MaxPreferenceLength = 40 })
            .Write([new PreferencePair([new(ChatRoles.User, "Q")], start + "a", start + "b")], _path, _report, TestContext.Current.CancellationToken);
        using var rows = PreferenceRows.Open(_path);
        rows.Count.ShouldBe(0);
        _report.Drops[DropReason.IdenticalAnswers].ShouldBe(1);
    }

    [Fact]
    public void Limits_that_leave_no_room_for_an_answer_are_refused() =>
        Should.Throw<ZephyrException>(() => Tokenizer(new TokenizeOptions { MaxPromptLength = 40, MaxPreferenceLength = 40 }))
            .Message.ShouldContain("tokenize.max_prompt_length");

    [Fact]
    public void A_fault_in_one_row_is_reported_as_it_is() =>
        Should.Throw<ZephyrException>(() => Tokenizer(new TokenizeOptions()).Write(
            [new Conversation([new("tool", "x")])], _path, _report, TestContext.Current.CancellationToken)).Message.ShouldContain("'tool'");

    private static RowTokenizer Tokenizer(TokenizeOptions options) => new(s_renderer, options);

    private static Conversation Conversation(string question, string answer) =>
        new([new(ChatRoles.User, question), new(ChatRoles.Assistant, answer)]);
}
