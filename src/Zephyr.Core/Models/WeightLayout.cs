namespace Zephyr.Core.Models;

/// <summary>One tensor of a model folder.</summary>
/// <param name="Name">Its Hugging Face name, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Shape">Its shape, <c>[out, in]</c> for a projection.</param>
public sealed record WeightShape(string Name, IReadOnlyList<long> Shape);

/// <summary>Names and shapes of the tensors of a Mistral or Llama model folder.</summary>
public static class WeightLayout
{
    /// <summary>Name of the embedding matrix, <c>[vocabulary, hidden]</c>.</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>Name of the last norm's weight, <c>[hidden]</c>.</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Name of the output projection, <c>[vocabulary, hidden]</c>; absent when tied to the embedding.</summary>
    public const string Output = "lm_head.weight";

    /// <summary>Every tensor of a model, in the order of computation.</summary>
    /// <param name="configuration">The model's configuration.</param>
    /// <returns>Names and shapes.</returns>
    public static IReadOnlyList<WeightShape> Tensors(ModelConfiguration configuration)
    {
        long hidden = configuration.HiddenSize;
        long intermediate = configuration.IntermediateSize;
        long queries = (long)configuration.NumAttentionHeads * configuration.HeadDim;
        long keys = (long)configuration.NumKeyValueHeads * configuration.HeadDim;
        var tensors = new List<WeightShape> { new(Embedding, [configuration.VocabSize, hidden]) };
        for (var layer = 0; layer < configuration.NumHiddenLayers; layer++)
        {
            tensors.AddRange(
            [
                new(Layer(layer, "input_layernorm"), [hidden]),
                new(Layer(layer, "self_attn.q_proj"), [queries, hidden]),
                new(Layer(layer, "self_attn.k_proj"), [keys, hidden]),
                new(Layer(layer, "self_attn.v_proj"), [keys, hidden]),
                new(Layer(layer, "self_attn.o_proj"), [hidden, queries]),
                new(Layer(layer, "post_attention_layernorm"), [hidden]),
                new(Layer(layer, "mlp.gate_proj"), [intermediate, hidden]),
                new(Layer(layer, "mlp.up_proj"), [intermediate, hidden]),
                new(Layer(layer, "mlp.down_proj"), [hidden, intermediate]),
            ]);
        }

        tensors.Add(new WeightShape(FinalNorm, [hidden]));
        if (!configuration.TieWordEmbeddings)
        {
            tensors.Add(new WeightShape(Output, [configuration.VocabSize, hidden]));
        }

        return tensors;
    }

    /// <summary>Name of a tensor inside a decoder layer.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="part">The part, such as <c>self_attn.q_proj</c>.</param>
    /// <returns>The Hugging Face name.</returns>
    public static string Layer(int layer, string part) => $"model.layers.{layer}.{part}.weight";
}
