using System.Globalization;

namespace Zephyr.Core.Models;

/// <summary>
/// Shape and constants of a Mistral- or Llama-like decoder, as a Hugging Face <c>config.json</c> gives them.
/// </summary>
public sealed record ModelConfiguration
{
    /// <summary>Family: <c>mistral</c> or <c>llama</c>.</summary>
    public string ModelType { get; init; } = "mistral";

    /// <summary>Rows of the embedding matrix.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the SwiGLU layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>A token sees itself and the <c>SlidingWindow - 1</c> tokens before it; null for all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Base of the rotary position embedding.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Epsilon of RMSNorm.</summary>
    public double RmsNormEps { get; init; } = 1e-5;

    /// <summary>Whether the output projection is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Standard deviation of the initial weights; recorded, used only by a random start.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Id of the token that begins a sequence, when the file names one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Ids of the tokens that end a sequence, those that <c>config.json</c> names; its list, or its one.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Ids at which generation stops, those of <c>generation_config.json</c>; null when it names none.</summary>
    public IReadOnlyList<int>? GenerationEosTokenIds { get; init; }

    /// <summary>The first of <see cref="EosTokenIds"/>.</summary>
    public int? EosTokenId => EosTokenIds.Count > 0 ? EosTokenIds[0] : null;

    /// <summary>Ids at which generation stops, as transformers has it: those of <c>generation_config.json</c>, else those of <c>config.json</c>.</summary>
    public IReadOnlyList<int> StopTokenIds => GenerationEosTokenIds ?? EosTokenIds;

    /// <summary>Number of weights, the shared embedding counted once.</summary>
    public long ParameterCount
    {
        get
        {
            long attention = (long)HiddenSize * HeadDim * ((2 * NumAttentionHeads) + (2 * NumKeyValueHeads));
            long feedForward = 3L * HiddenSize * IntermediateSize;
            long embeddings = (long)VocabSize * HiddenSize * (TieWordEmbeddings ? 1 : 2);
            return (NumHiddenLayers * (attention + feedForward + (2L * HiddenSize))) + embeddings + HiddenSize;
        }
    }

    /// <summary>Makes the configuration of a randomly started Mistral-like model.</summary>
    /// <param name="architecture">Shape of the model.</param>
    /// <param name="vocabSize">Pieces of the tokenizer.</param>
    /// <param name="bosTokenId">Id of the token that begins a sequence.</param>
    /// <param name="eosTokenId">Id of the token that ends a sequence.</param>
    /// <returns>The configuration, checked.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other.</exception>
    public static ModelConfiguration From(ArchitectureOptions architecture, int vocabSize, int? bosTokenId = null, int? eosTokenId = null)
    {
        const string origin = "model.architecture";
        if (architecture.HiddenSize % architecture.NumAttentionHeads != 0)
        {
            throw new ZephyrException(
                $"{origin}: hidden_size {architecture.HiddenSize} is no multiple of num_attention_heads {architecture.NumAttentionHeads}. Change one of the two.");
        }

        return new ModelConfiguration
        {
            VocabSize = vocabSize,
            HiddenSize = architecture.HiddenSize,
            IntermediateSize = architecture.IntermediateSize,
            NumHiddenLayers = architecture.NumHiddenLayers,
            NumAttentionHeads = architecture.NumAttentionHeads,
            NumKeyValueHeads = architecture.NumKeyValueHeads,
            HeadDim = architecture.HiddenSize / architecture.NumAttentionHeads,
            MaxPositionEmbeddings = architecture.MaxPositionEmbeddings,
            SlidingWindow = architecture.SlidingWindow,
            RopeTheta = architecture.RopeTheta,
            RmsNormEps = architecture.RmsNormEps,
            TieWordEmbeddings = architecture.TieWordEmbeddings,
            InitializerRange = architecture.InitializerRange,
            BosTokenId = bosTokenId,
            EosTokenIds = eosTokenId is { } end ? [end] : [],
        }.Checked(origin);
    }

    /// <summary>Where a model is not of the shape that was expected.</summary>
    /// <param name="expected">The expected shape; how weights start is not compared.</param>
    /// <returns>One text a difference, such as <c>hidden_size is 4096, expected 2048</c>.</returns>
    public IReadOnlyList<string> DifferencesFrom(ArchitectureOptions expected)
    {
        (string Key, object? Is, object? Expected)[] pairs =
        [
            ("vocab_size", VocabSize, expected.VocabSize ?? VocabSize),
            ("hidden_size", HiddenSize, expected.HiddenSize),
            ("intermediate_size", IntermediateSize, expected.IntermediateSize),
            ("num_hidden_layers", NumHiddenLayers, expected.NumHiddenLayers),
            ("num_attention_heads", NumAttentionHeads, expected.NumAttentionHeads),
            ("num_key_value_heads", NumKeyValueHeads, expected.NumKeyValueHeads),
            ("max_position_embeddings", MaxPositionEmbeddings, expected.MaxPositionEmbeddings),
            ("sliding_window", SlidingWindow, expected.SlidingWindow),
            ("rope_theta", RopeTheta, expected.RopeTheta),
            ("rms_norm_eps", RmsNormEps, expected.RmsNormEps),
            ("tie_word_embeddings", TieWordEmbeddings, expected.TieWordEmbeddings),
        ];
        return [.. pairs.Where(pair => !Equals(pair.Is, pair.Expected)).Select(pair => $"{pair.Key} is {Text(pair.Is)}, expected {Text(pair.Expected)}")];
    }

    private static string Text(object? value) => value is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"{value}");

    /// <summary>Checks that the sizes are positive, fit each other and stay within what can be allocated.</summary>
    /// <param name="origin">Where the sizes come from, for the message.</param>
    /// <returns>This configuration.</returns>
    /// <exception cref="ZephyrException">A size is out of bounds; the message names it.</exception>
    internal ModelConfiguration Checked(string origin)
    {
        Require(origin, "vocab_size", VocabSize, 1, 1 << 22);
        Require(origin, "hidden_size", HiddenSize, 1, 1 << 17);
        Require(origin, "intermediate_size", IntermediateSize, 1, 1 << 20);
        Require(origin, "num_hidden_layers", NumHiddenLayers, 1, 4096);
        Require(origin, "num_attention_heads", NumAttentionHeads, 1, 4096);
        Require(origin, "num_key_value_heads", NumKeyValueHeads, 1, NumAttentionHeads);
        Require(origin, "head_dim", HeadDim, 2, 4096);
        Require(origin, "max_position_embeddings", MaxPositionEmbeddings, 1, 1 << 24);
        if (SlidingWindow is { } window)
        {
            Require(origin, "sliding_window", window, 1, 1 << 24);
        }

        if (NumAttentionHeads % NumKeyValueHeads != 0)
        {
            throw new ZephyrException(
                $"{origin}: num_key_value_heads {NumKeyValueHeads} does not divide num_attention_heads {NumAttentionHeads}. Change one of the two.");
        }

        if (HeadDim % 2 != 0)
        {
            throw new ZephyrException($"{origin}: head_dim {HeadDim} is odd, and rotary embedding turns pairs. Take an even one.");
        }

        if (!(RopeTheta > 0 && double.IsFinite(RopeTheta)) || !(RmsNormEps > 0 && RmsNormEps < 1))
        {
            throw new ZephyrException($"{origin}: rope_theta {RopeTheta} or rms_norm_eps {RmsNormEps} is out of range. Both are small positive numbers.");
        }

        return this;
    }

    private static void Require(string origin, string key, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            throw new ZephyrException($"{origin}: {key} is {value}, expected {low} to {high}. Correct it.");
        }
    }
}
