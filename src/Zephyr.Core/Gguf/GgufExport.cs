using Zephyr.Core.Chat;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Gguf;

/// <summary>What an export wrote.</summary>
/// <param name="Tensors">How many tensors.</param>
/// <param name="Bytes">Bytes of the file.</param>
/// <param name="HalfPrecision">Matrices that are stored as f16 because their rows do not fall into blocks of <c>q8_0</c>.</param>
/// <param name="ContextLength">Longest text, in tokens, that llama.cpp takes by itself.</param>
/// <param name="HasChatTemplate">Whether the model's chat template is in the file.</param>
public sealed record GgufSummary(int Tensors, long Bytes, int HalfPrecision, int ContextLength, bool HasChatTemplate);

/// <summary>
/// Writes a Mistral or Llama model folder as one GGUF file for llama.cpp and what is built on it (LLamaSharp, Ollama): weights, tokenizer and chat
/// template. Weights are read and written piece by piece; the same folder gives the same bytes.
/// </summary>
public static class GgufExport
{
    /// <summary>Writes a model folder as a file, which appears whole or not at all.</summary>
    /// <param name="folder">The folder: configuration, weights, tokenizer.</param>
    /// <param name="path">The file.</param>
    /// <param name="type">Type of the matrices.</param>
    /// <param name="name">The model's name, shown to users.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ZephyrException">
    /// A file of the folder is missing, damaged or does not fit the others, llama.cpp cannot compute what the model does, a weight is beyond what
    /// the type holds, or the file cannot be written.
    /// </exception>
    public static GgufSummary Write(string folder, string path, GgufTensorType type, string name)
    {
        var configuration = ModelConfigurationFile.Load(folder);
        var tokenizer = Tokenizer.Load(folder);
        var vocabulary = GgufVocabularyReader.Read(tokenizer, configuration.VocabSize);
        using var weights = ModelWeights.Open(folder);
        DecoderWeightsCheck.Check(weights, configuration);
        var tensors = new GgufWeights(weights, configuration, type).Tensors();

        // llama.cpp's llama architecture has no sliding window: within the window's length it computes the same, and it is told to go no further.
        var context = Math.Min(configuration.MaxPositionEmbeddings, configuration.SlidingWindow ?? int.MaxValue);
        var metadata = new GgufMetadata();
        Describe(metadata, configuration, type, name, context);
        vocabulary.AddTo(metadata, tokenizer, configuration.StopTokenIds);
        var template = Template(folder);
        if (template is not null)
        {
            metadata.Add("tokenizer.chat_template", template);
        }

        GgufWriter.Write(path, metadata, tensors);
        return new GgufSummary(
            tensors.Count,
            new FileInfo(path).Length,
            type == GgufTensorType.Q8 ? tensors.Count(static tensor => tensor.Type == GgufTensorType.Float16) : 0,
            context,
            template is not null);
    }

    private static void Describe(GgufMetadata metadata, ModelConfiguration configuration, GgufTensorType type, string name, int context)
    {
        metadata.Add("general.architecture", "llama");
        metadata.Add("general.type", "model");
        metadata.Add("general.name", name);
        metadata.Add("llama.block_count", (uint)configuration.NumHiddenLayers);
        metadata.Add("llama.context_length", (uint)context);
        metadata.Add("llama.embedding_length", (uint)configuration.HiddenSize);
        metadata.Add("llama.feed_forward_length", (uint)configuration.IntermediateSize);
        metadata.Add("llama.attention.head_count", (uint)configuration.NumAttentionHeads);
        metadata.Add("llama.attention.head_count_kv", (uint)configuration.NumKeyValueHeads);
        metadata.Add("llama.attention.key_length", (uint)configuration.HeadDim);
        metadata.Add("llama.attention.value_length", (uint)configuration.HeadDim);
        metadata.Add("llama.attention.layer_norm_rms_epsilon", (float)configuration.RmsNormEps);
        if (configuration.SlidingWindow is { } window)
        {
            metadata.Add("llama.attention.sliding_window", (uint)window);
        }

        metadata.Add("llama.rope.freq_base", (float)configuration.RopeTheta);
        metadata.Add("llama.rope.dimension_count", (uint)configuration.HeadDim);
        metadata.Add("llama.vocab_size", (uint)configuration.VocabSize);
        metadata.Add("general.file_type", GgufTensorTypes.FileType(type));
        metadata.Add("general.quantization_version", 2u);
    }

    // A folder without a template is that of a model which no one chats with.
    private static string? Template(string folder)
    {
        if (ChatTemplateFile.Find(folder) is not { } source)
        {
            return null;
        }

        return source.Templates[source.Choose(asked: null, hasTools: false)];
    }
}
