using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

/// <summary>Against ids and texts of sentencepiece, made by tests/reference/make_sentencepiece_references.py.</summary>
public sealed class SentencePieceReferenceTests
{
    private static readonly string s_folder =
        Environment.GetEnvironmentVariable("ZEPHYR_SENTENCEPIECE_REFERENCES") ?? Path.Combine(AppContext.BaseDirectory, "references/tokenizers/sentencepiece");

    private static readonly Lazy<JsonNode> s_references = new(() => JsonNode.Parse(File.ReadAllText(Path.Combine(s_folder, "references.json")))!);

    public static TheoryData<string> Models => [.. s_references.Value["cases"]!.AsArray().Select(item => (string)item!["model"]!)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Ids_and_decoded_texts_equal_those_of_sentencepiece(string model)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(s_folder, model + ".model"));
        var item = s_references.Value["cases"]!.AsArray().Single(item => (string)item!["model"]! == model)!;
        var texts = s_references.Value["texts"]!.AsArray();
        for (var i = 0; i < texts.Count; i++)
        {
            var text = (string)texts[i]!;
            var because = $"text {i}: {JsonValue.Create(text).ToJsonString()}";
            var expected = item["ids"]![i]!.Deserialized();

            // Sentencepiece never finds control tokens in text, as AppendPlain does not.
            var ids = new List<int>();
            tokenizer.AppendPlain(text, TextPlace.Start, ids);
            ids.ToArray().ShouldBe(expected, because);
            if (!expected.Contains(tokenizer.UnknownId!.Value))
            {
                tokenizer.Decode(expected, skipSpecial: true).ShouldBe((string)item["decoded"]![i]!, because);
            }
        }
    }

    [Fact]
    public void Control_tokens_written_in_text_become_those_tokens_as_with_transformers()
    {
        var tokenizer = Tokenizer.Load(Path.Combine(s_folder, "bpe-llama.model"));
        var ids = tokenizer.Encode("a</s>b", addSpecial: true);
        ids[0].ShouldBe(tokenizer.BosId);
        ids.ShouldContain(tokenizer.EosId);
        tokenizer.Decode(ids, skipSpecial: true).ShouldBe("a b");
    }

    [Fact]
    public void The_configuration_beside_a_model_decides_on_the_tokens_around_a_text()
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-sentencepiece-").FullName;
        File.Copy(Path.Combine(s_folder, "bpe-llama.model"), Path.Combine(folder, "tokenizer.model"));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"add_bos_token": false, "add_eos_token": true}""");
        var tokenizer = Tokenizer.Load(folder);
        var ids = tokenizer.Encode("a", addSpecial: true);
        ids[0].ShouldNotBe(tokenizer.BosId);
        ids[^1].ShouldBe(tokenizer.EosId);
        tokenizer.Save(Path.Combine(folder, "saved"));
        File.ReadAllBytes(Path.Combine(folder, "saved", "tokenizer.model")).ShouldBe(File.ReadAllBytes(Path.Combine(folder, "tokenizer.model")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_folder_with_both_kinds_gives_tokenizer_json()
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-both-").FullName;
        File.Copy(Path.Combine(s_folder, "bpe-llama.model"), Path.Combine(folder, "tokenizer.model"));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerTests.Smallest().ToJsonString());
        Tokenizer.Load(folder).VocabSize.ShouldBe(259);
        Directory.Delete(folder, recursive: true);
    }
}
