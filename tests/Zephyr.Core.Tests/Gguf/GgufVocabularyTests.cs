using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Gguf;
using Zephyr.Core.Models;
using Zephyr.Core.Tests.Tokenizers;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Gguf;

/// <summary>Vocabularies of exported files: llama.cpp's ids beside ours, and what is refused because they would differ.</summary>
public sealed class GgufVocabularyTests : IDisposable
{
    private const int Texts = 2000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tokenizers/mistral-7b-v0.1", "tokenizer.json")]
    [InlineData("tokenizers/mistral-7b-v0.1", "tokenizer.model")]
    [InlineData("models/stories260k", "tokenizer.json")]
    public void Vocabularies_of_sentencepiece_give_the_same_ids(string source, string file)
    {
        var folder = SharedData.Folder(source);
        Compare(name => File.Copy(Path.Combine(folder, file), Path.Combine(name, file)));
    }

    // Rules that do not name every pair that makes a piece, unlike those that come from sentencepiece.
    [Fact]
    public void A_vocabulary_learnt_here_gives_the_same_ids() => Compare(BpeTrainer.Train(BpeTrainerTests.Stories(600), 700).Save);

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama 3")]
    [InlineData("smollm")]
    public void Byte_level_vocabularies_give_the_same_ids(string name) =>
        Compare(folder => File.WriteAllText(Path.Combine(folder, "tokenizer.json"), HuggingFaceReferenceTests.File(name).ToJsonString()));

    [Theory]
    [InlineData("normalizer", """{"type":"NFC"}""", "a normalizer other than Llama 2's")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""", "a pre-tokenizer other than those of GPT-2, Llama 3, Qwen 2 and SmolLM")]
    [InlineData("model.ignore_merges", "true", "ignore_merges")]
    [InlineData("model.byte_fallback", "false", "neither byte_fallback nor a byte-level pre-tokenizer")]
    [InlineData("added_tokens.2.lstrip", "true", "its added token '</s>' has single_word, lstrip or rstrip")]
    [InlineData("added_tokens.2.normalized", "true", "its added token '</s>' is looked for after normalization")]
    public void What_llama_cpp_would_cut_otherwise_is_refused_by_name(string place, string value, string reason)
    {
        BpeTrainer.Train(BpeTrainerTests.Stories(200), 400).Save(_folder.Path);
        var path = _folder.File("tokenizer.json");
        var file = JsonNode.Parse(File.ReadAllText(path))!;
        var steps = place.Split('.');
        var parent = steps[..^1].Aggregate(file, static (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        parent[steps[^1]] = JsonNode.Parse(value);
        File.WriteAllText(path, file.ToJsonString());

        Refusal(1000).ShouldStartWith($"{path}: llama.cpp would give other ids than this tokenizer, because it");
        Refusal(1000).ShouldContain(reason);
    }

    [Fact]
    public void A_piece_that_no_rule_makes_and_llama_cpp_would_is_refused()
    {
        BpeTrainer.Train(BpeTrainerTests.Stories(200), 400).Save(_folder.Path);
        var path = _folder.File("tokenizer.json");
        var file = JsonNode.Parse(File.ReadAllText(path))!;
        file["model"]!["vocab"]!["qx"] = file["model"]!["vocab"]!.AsObject().Count;
        File.WriteAllText(path, file.ToJsonString());

        Refusal(1000).ShouldContain("it would put 'qx' (id 400) together, which no merge rule does");
    }

    [Fact]
    public void More_tokens_than_rows_of_the_embedding_are_refused()
    {
        BpeTrainer.Train(BpeTrainerTests.Stories(200), 400).Save(_folder.Path);
        Refusal(399).ShouldContain("it has 400 tokens, and the model's embedding 399 rows");
    }

    private string Refusal(int vocabSize) => Should.Throw<ZephyrException>(() => GgufVocabularyReader.Read(Tokenizer.Load(_folder.Path), vocabSize)).Message;

    private void Compare(Action<string> save)
    {
        _ = LlamaLibrary.Instance;
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "model")).FullName;
        save(folder);
        var tokenizer = Tokenizer.Load(folder);
        RandomModel.Create(new ArchitectureOptions { HiddenSize = 8, IntermediateSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 1, NumKeyValueHeads = 1 }, tokenizer.VocabSize, 1, folder);
        GgufExport.Write(folder, _folder.File("m.gguf"), GgufTensorType.Float32, "m");
        using var llama = new LlamaModel(_folder.File("m.gguf"));
        var differences = new StringBuilder();
        var count = 0;
        foreach (var row in ReferenceLines.Read("tokenizers/parity.jsonl.gz", "ZEPHYR_TOKENIZER_PARITY").Where(static line => line.TryGetProperty("text", out _)).Take(Texts))
        {
            var text = row.GetProperty("text")[0].GetString()!;
            var (given, expected) = (llama.Tokenize(text, addSpecial: true), tokenizer.Encode(text, addSpecial: true));
            if (!given.AsSpan().SequenceEqual(expected) && count++ < 10)
            {
                differences.AppendLine($"{JsonSerializer.Serialize(text)}\n  llama.cpp: {string.Join(',', given)}\n  here:      {string.Join(',', expected)}");
            }
        }

        differences.ToString().ShouldBeEmpty($"{count} texts differ");
    }
}
