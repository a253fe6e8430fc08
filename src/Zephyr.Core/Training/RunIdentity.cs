using System.Globalization;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Core.Training;

/// <summary>Texts that tell runs of different settings apart. Settings that change no result, such as checkpoint intervals, are left out.</summary>
internal static class RunIdentity
{
    internal static string Of(OptimizationOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"lr={options.LearningRate} schedule={options.Schedule} warmup={options.WarmupRatio} epochs={options.Epochs} max_steps={options.MaxSteps} batch={options.BatchSize}x{options.AccumulationSteps} decay={options.WeightDecay} betas={options.Beta1},{options.Beta2} eps={options.Epsilon} clip={options.MaxGradNorm} states={options.OptimizerStates} sums={options.GradientSums}");

    internal static string Of(LoraOptions? lora) => lora is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $" lora={lora.Rank}/{lora.Alpha} dropout={lora.Dropout} targets={string.Join(',', lora.TargetModules.Distinct().Order())}");

    internal static string Of(DecoderModel model) => string.Create(
        CultureInfo.InvariantCulture,
        $"model={model.Configuration.ModelType}/{model.Configuration.ParameterCount} {model.ComputeType}{(model.Quantization is { } nf4 ? $" nf4 double={nf4.DoubleQuantization}" : "")}");
}
