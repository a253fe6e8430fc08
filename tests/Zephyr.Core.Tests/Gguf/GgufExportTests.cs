using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Gguf;
using Zephyr.Core.Models;
using Zephyr.Core.Tests.Tokenizers;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Gguf;

/// <summary>Exported files opened by llama.cpp itself, beside our own model and tokenizer.</summary>
public sealed class GgufExportTests : IDisposable
{
    private const string Tale = "Once upon a time, there was a little girl named Lily. She loved to play outside";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // float32 sums in another order: a few thousandths of a percent of the largest logit. f16 and bf16 keep 11 and 8 bits of each weight, q8_0
    // about 7.
    [Theory]
    [InlineData(GgufTensorType.Float32, 2e-5)]
    [InlineData(GgufTensorType.Float16, 2e-3)]
    [InlineData(GgufTensorType.Bfloat16, 2e-2)]
    [InlineData(GgufTensorType.Q8, 4e-2)]
    public void A_trained_model_gives_the_same_logits_in_llama_cpp(GgufTensorType type, double tolerance)
    {
        var folder = SharedData.Folder("models/stories260k");
        var tokenizer = Tokenizer.Load(folder);
        using var llama = Exported(folder, type);
        using var ours = DecoderModel.Load(folder, ComputeType.Float32);

        var ids = tokenizer.Encode(Tale, addSpecial: true);
        llama.Tokenize(Tale, addSpecial: true).ShouldBe(ids);
        Compare(llama.Logits(ids), ours.Logits(ids), tolerance);
    }

    [Fact]
    public void A_trained_model_goes_on_with_the_same_words_in_llama_cpp()
    {
        var folder = SharedData.Folder("models/stories260k");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected_logits.json")));
        var tokenizer = Tokenizer.Load(folder);
        using var llama = Exported(folder, GgufTensorType.Float32);
        using var ours = DecoderModel.Load(folder, ComputeType.Float32);
        var prompt = tokenizer.Encode(Tale, addSpecial: true);
        List<int> ids = [.. prompt];
        while (ids.Count < 110)
        {
            var last = ours.Logits([.. ids])[^1];
            ids.Add(Array.IndexOf(last, last.Max()));
        }

        llama.Greedy(prompt, ids.Count - prompt.Length).ShouldBe(ids[prompt.Length..]);
    }

    // Grouped queries, heads wider than hidden/heads, an output projection of its own, rows of the embedding without a token, a sliding window.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Grouped_queries_and_wide_heads_give_the_same_logits_within_the_sliding_window(bool tied)
    {
        var folder = Path.Combine(_folder.Path, "model");
        var tokenizer = BpeTrainer.Train(BpeTrainerTests.Stories(200), 400);
        var configuration = Shape(tokenizer.VocabSize + 5) with { TieWordEmbeddings = tied };
        RandomModel.Write(configuration, 5, folder);
        tokenizer.Save(folder);
        using var llama = Exported(folder, GgufTensorType.Float32);
        using var ours = DecoderModel.Load(folder, ComputeType.Float32);

        llama.ContextLength.ShouldBe(40);
        llama.TokenCount.ShouldBe(configuration.VocabSize);
        llama.ChatTemplate.ShouldBe(ChatTemplates.Zephyr);
        var ids = Enumerable.Range(0, 40).Select(i => (i * 37) % configuration.VocabSize).ToArray();
        Compare(llama.Logits(ids), ours.Logits(ids), 2e-5);
    }

    [Fact]
    public void A_weight_beyond_half_precision_is_refused_and_no_file_is_left()
    {
        var folder = Path.Combine(_folder.Path, "model");
        var tokenizer = BpeTrainer.Train(BpeTrainerTests.Stories(200), 400);
        RandomModel.Write(Shape(tokenizer.VocabSize) with { InitializerRange = 1e5 }, 5, folder);
        tokenizer.Save(folder);
        var path = _folder.File("m.gguf");

        Should.Throw<ZephyrException>(() => GgufExport.Write(folder, path, GgufTensorType.Float16, "m")).Message
            .ShouldMatch(@"^model\.embed_tokens\.weight holds -?[0-9.e+]+, which f16 cannot hold\. Export it as bf16 or f32\.$");
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_folder_gives_the_same_bytes()
    {
        var folder = SharedData.Folder("models/stories260k");
        GgufExport.Write(folder, _folder.File("a.gguf"), GgufTensorType.Q8, "m");
        var summary = GgufExport.Write(folder, _folder.File("b.gguf"), GgufTensorType.Q8, "m");
        File.ReadAllBytes(_folder.File("b.gguf")).ShouldBe(File.ReadAllBytes(_folder.File("a.gguf")));

        // 4 layers of 9 tensors, embedding and last norm. Rows of the 4 down projections have 172 = 5 * 32 + 12 numbers.
        (summary.Tensors, summary.HalfPrecision).ShouldBe((38, 4));
    }

    // 32 numbers with 127 as the largest: scale 1, so that each is its own quantum; halves go away from zero.
    [Fact]
    public void A_block_holds_its_scale_and_rounded_quanta()
    {
        float[] values = [127, -127, 0.5f, -0.5f, 1.5f, 2.4f, .. new float[26]];
        var bytes = new byte[34];
        GgufRows.Write(values, GgufTensorType.Q8, bytes);
        bytes[..8].ShouldBe([0x00, 0x3C, 127, 0x81, 1, 0xFF, 2, 2]);
        bytes[8..].ShouldAllBe(value => value == 0);
    }

    private static ModelConfiguration Shape(int vocabSize) => new()
    {
        VocabSize = vocabSize,
        HiddenSize = 64,
        IntermediateSize = 96,
        NumHiddenLayers = 3,
        NumAttentionHeads = 8,
        NumKeyValueHeads = 2,
        HeadDim = 16,
        MaxPositionEmbeddings = 128,
        SlidingWindow = 40,
        RopeTheta = 5000,
        InitializerRange = 0.1,
        BosTokenId = 1,
        EosTokenIds = [2],
    };

    private static void Compare(float[][] given, float[][] expected, double tolerance)
    {
        given.Length.ShouldBe(expected.Length);
        var scale = expected.Max(static row => row.Max(Math.Abs));
        var largest = given.Zip(expected).Max(static rows => rows.First.Zip(rows.Second).Max(static pair => Math.Abs(pair.First - pair.Second)));
        (largest / scale).ShouldBeLessThan((float)tolerance);
    }

    private LlamaModel Exported(string folder, GgufTensorType type)
    {
        _ = LlamaLibrary.Instance;
        var path = _folder.File($"{Guid.NewGuid():n}.gguf");
        GgufExport.Write(folder, path, type, "test");
        return new LlamaModel(path);
    }
}
