using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Tokenizers.Training;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class BpeTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-bpe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Words ▁ab (10 times) and ▁cab (5 times): ab occurs 15 times, then ▁ab 10 times, then c+ab and ▁+c 5 times each,
    // of which the smaller ids win: characters a b c ▁ are 259 to 262, ab 263, ▁ab 264; (c, ab) = (261, 263) goes before (▁, c) = (262, 261).
    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_smaller_ids()
    {
        var texts = Enumerable.Repeat("ab ab cab", 5);
        var tokenizer = BpeTrainer.Train(texts, 300);
        Enumerable.Range(259, tokenizer.VocabSize - 259).Select(tokenizer.Piece)
            .ShouldBe(["a", "b", "c", "\u2581", "ab", "\u2581ab", "cab", "\u2581cab"]);
        tokenizer.Encode("ab cab", addSpecial: true).ShouldBe([1, 264, 266]);
    }

    [Fact]
    public void The_vocabulary_has_exactly_the_size_asked_for()
    {
        var tokenizer = BpeTrainer.Train(Stories(500), 380);
        tokenizer.VocabSize.ShouldBe(380);
        (tokenizer.UnknownId, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId).ShouldBe((0, 1, 2, null));
        tokenizer.Piece(3).ShouldBe("<0x00>");
        tokenizer.Piece(258).ShouldBe("<0xFF>");
    }

    [Fact]
    public void The_same_texts_give_the_same_file()
    {
        BpeTrainer.Train(Stories(500), 600).Save(Path.Combine(_folder, "a"));
        BpeTrainer.Train(Stories(500), 600).Save(Path.Combine(_folder, "b"));
        foreach (var name in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.ReadAllBytes(Path.Combine(_folder, "b", name)).ShouldBe(File.ReadAllBytes(Path.Combine(_folder, "a", name)));
        }
    }

    [Fact]
    public void Digits_stand_alone_unless_asked_otherwise()
    {
        var texts = Enumerable.Repeat("2024 2024", 50).ToList();
        BpeTrainer.Train(texts, 320).Encode("2024", addSpecial: false).Length.ShouldBe(5);
        BpeTrainer.Train(texts, 320, splitDigits: false).Encode("2024", addSpecial: false).Length.ShouldBe(1);
    }

    [Fact]
    public void No_piece_runs_across_a_line()
    {
        var tokenizer = BpeTrainer.Train(Enumerable.Repeat("one\ntwo\n\nthree", 50), 400);
        for (var id = 259; id < tokenizer.VocabSize; id++)
        {
            (tokenizer.Piece(id).Length > 1 && tokenizer.Piece(id).Contains('\n', StringComparison.Ordinal)).ShouldBeFalse();
        }
    }

    [Fact]
    public void Text_outside_the_training_texts_is_spelt_in_bytes_and_comes_back()
    {
        var tokenizer = BpeTrainer.Train(Stories(200), 400);
        const string text = "naïve 日本語 🙂\t<|user|>\n";
        tokenizer.Decode(tokenizer.Encode(text, addSpecial: true), skipSpecial: true).ShouldBe(text);
    }

    [Fact]
    public void Many_different_characters_leave_half_of_the_room_for_merges()
    {
        var texts = Enumerable.Range(0x4E00, 2000).Select(code => ((char)code).ToString()).Append("the the the the");
        var tokenizer = BpeTrainer.Train(texts, 459);
        tokenizer.VocabSize.ShouldBeInRange(359, 459);
        tokenizer.IdOf("\u2581the").ShouldNotBeNull();
    }

    [Fact]
    public void A_saved_vocabulary_has_the_layout_of_a_real_one_and_loads_with_the_same_ids()
    {
        var trained = BpeTrainer.Train(Stories(500), 600);
        trained.Save(_folder);
        var loaded = Tokenizer.Load(_folder);
        const string text = "Once upon a time, 12 foxes said: \"stay\".";
        loaded.Encode(text, addSpecial: true).ShouldBe(trained.Encode(text, addSpecial: true));

        using var saved = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "tokenizer.json")));
        using var real = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.Folder("models/stories260k"), "tokenizer.json")));
        saved.RootElement.EnumerateObject().Select(part => part.Name).ShouldBe(real.RootElement.EnumerateObject().Select(part => part.Name));
        foreach (var part in real.RootElement.EnumerateObject().Where(part => part.Name is not "model"))
        {
            JsonElement.DeepEquals(saved.RootElement.GetProperty(part.Name), part.Value).ShouldBeTrue(part.Name);
        }

        foreach (var part in real.RootElement.GetProperty("model").EnumerateObject().Where(part => part.Name is not ("vocab" or "merges")))
        {
            JsonElement.DeepEquals(saved.RootElement.GetProperty("model").GetProperty(part.Name), part.Value).ShouldBeTrue(part.Name);
        }
    }

    [Fact]
    public void The_saved_configuration_holds_the_chat_template_of_the_real_model()
    {
        BpeTrainer.Train(Stories(50), 300).Save(_folder);
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "tokenizer_config.json")));
        configuration.RootElement.GetProperty("chat_template").GetString().ShouldBe(ChatTemplates.Zephyr);
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder("templates/cases.json")));
        ChatTemplates.Zephyr.ShouldBe(cases.RootElement[0].GetProperty("chat_template").GetString());
    }

    [Fact]
    public void Merges_learnt_step_by_step_equal_a_recount_from_scratch()
    {
        var texts = Stories(60).ToList();
        var trained = BpeTrainer.Train(texts, 420);
        var words = new TrainingWords(splitDigits: true);
        texts.ForEach(words.Add);
        var pieces = Enumerable.Range(0, trained.VocabSize).Select(trained.Piece).ToList();
        var alphabet = pieces.FindIndex(259, piece => piece.EnumerateRunes().Count() > 1);
        SlowestLearner.Learn(words.Counts(), pieces[..alphabet], pieces.Count).ShouldBe(pieces);
    }

    internal static IEnumerable<string> Stories(int count)
    {
        string[] nouns = ["fox", "river", "teacher", "stone", "garden", "winter", "engine", "letter", "harbour", "music"];
        string[] verbs = ["found", "carried", "painted", "forgot", "answered", "counted", "followed"];
        var random = new SeededRandom(5, "stories");
        for (var i = 0; i < count; i++)
        {
            yield return $"<|user|>\nHow many {nouns[random.NextInt(10)]}s {verbs[random.NextInt(7)]} the {nouns[random.NextInt(10)]} in {random.NextInt(100)} days?";
        }
    }

    /// <summary>The algorithm of the paper, word for word: all pairs are counted anew for each merge.</summary>
    private static class SlowestLearner
    {
        public static List<string> Learn(IEnumerable<KeyValuePair<string, long>> counts, List<string> alphabet, int size)
        {
            var pieces = alphabet.ToList();
            var words = counts.Select(word => (Ids: word.Key.Select(letter => pieces.IndexOf(letter.ToString())).ToList(), word.Value)).ToList();
            while (pieces.Count < size)
            {
                var pairs = words.SelectMany(word => word.Ids.Zip(word.Ids.Skip(1)).Select(pair => (pair, word.Value)))
                    .GroupBy(item => item.pair)
                    .Select(group => (Pair: group.Key, Count: group.Sum(item => item.Value)))
                    .Where(pair => (pieces[pair.Pair.First] + pieces[pair.Pair.Second]).Length <= 16);
                var best = pairs.OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Pair).First().Pair;
                var merged = pieces[best.First] + pieces[best.Second];
                if (!pieces.Contains(merged, StringComparer.Ordinal))
                {
                    pieces.Add(merged);
                }

                var id = pieces.IndexOf(merged);
                foreach (var (ids, _) in words)
                {
                    for (var i = 0; i + 1 < ids.Count; i++)
                    {
                        if ((ids[i], ids[i + 1]) == best)
                        {
                            ids[i] = id;
                            ids.RemoveAt(i + 1);
                        }
                    }
                }
            }

            return pieces;
        }
    }
}
