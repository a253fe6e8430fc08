using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Core.Training;

/// <summary>Settles what a stage trains of a model: fresh adapters, or every weight.</summary>
internal static class TrainedPart
{
    /// <summary>Attaches fresh adapters when they are asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="lora">The stage's adapter settings; null for full training.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="stage">The stage, <c>dsft</c> or <c>ddpo</c>.</param>
    /// <exception cref="ZephyrException">The base is in 4 bits, which take no gradient, and no adapters are asked for.</exception>
    public static void Prepare(DecoderModel model, LoraOptions? lora, ulong seed, string stage)
    {
        if (lora is not null)
        {
            model.Attach(LoraAdapter.Fresh(model.Configuration, lora, model.ComputeType, seed, stage, model.Device));
        }
        else if (model.Quantization is not null)
        {
            throw new ZephyrException($"model.quantization is nf4, and weights in 4 bits cannot be trained. Set {stage}.lora, or model.quantization to none.");
        }
    }
}
