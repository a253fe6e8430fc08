using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Tests.Tokenizers;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Data;

/// <summary>What TRL 0.7 counted as a completion. The cuts are tested with <see cref="RowTokenizerTests"/>.</summary>
public sealed class PairTokenizerTests
{
    private static readonly Tokenizer s_tokenizer = BpeTrainer.Train(BpeTrainerTests.Stories(200), 400);
    private static readonly ChatRenderer s_renderer = new(new TokenizerOptions(), s_tokenizer);
    private static readonly PreferencePair s_pair = new([new(ChatRoles.User, "what is it")], "a bird", "a tree");

    [Fact]
    public void By_default_the_answer_and_one_end_token_are_scored()
    {
        var pair = new PairTokenizer(s_renderer, new TokenizeOptions()).Tokenize(s_pair);
        Text(pair.Prompt).ShouldBe("<s><|user|>\nwhat is it</s>\n<|assistant|>\n");
        Text(pair.Chosen).ShouldBe("a bird</s>");
        Text(pair.Rejected).ShouldBe("a tree</s>");
    }

    [Fact]
    public void The_header_moves_from_the_prompt_into_both_answers_and_no_token_changes()
    {
        var plain = new PairTokenizer(s_renderer, new TokenizeOptions()).Tokenize(s_pair);
        var pair = new PairTokenizer(s_renderer, new TokenizeOptions { ScoreHeader = true }).Tokenize(s_pair);
        Text(pair.Prompt).ShouldBe("<s><|user|>\nwhat is it</s>\n");
        Text(pair.Chosen).ShouldBe("<|assistant|>\na bird</s>");
        Text(pair.Rejected).ShouldBe("<|assistant|>\na tree</s>");
        pair.Prompt.Concat(pair.Chosen).ShouldBe(plain.Prompt.Concat(plain.Chosen));
    }

    [Fact]
    public void A_completion_of_TRL_ends_with_end_token_newline_and_end_token()
    {
        var pair = new PairTokenizer(s_renderer, new TokenizeOptions { ScoreHeader = true, ExtraEndToken = true }).Tokenize(s_pair);
        Text(pair.Chosen).ShouldBe("<|assistant|>\na bird</s>\n</s>");
        Text(pair.Rejected).ShouldBe("<|assistant|>\na tree</s>\n</s>");
    }

    // The tokenizer puts a space mark before text that follows a special token, as Llama's does.
    private static string Text(int[] ids) => string.Concat(ids.Select(s_tokenizer.Piece))
        .Replace('▁', ' ')
        .Replace("<0x0A>", "\n", StringComparison.Ordinal)
        .Replace("s> ", "s>", StringComparison.Ordinal);
}
