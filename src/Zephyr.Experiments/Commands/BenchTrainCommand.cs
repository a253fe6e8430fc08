using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Benchmarks;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench train</c>: training tokens a second, and their share of the matmul ceiling.</summary>
public static class BenchTrainCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("train", "Train a random model for a few steps.");
        var shape = new BenchShape();
        shape.AddTo(command);
        var standard = new TrainBenchmarkOptions();
        var sequence = BenchShape.Whole("--sequence", "length of each sequence in tokens", standard.Sequence);
        var steps = BenchShape.Whole("--steps", "steps that are timed", standard.Steps);
        var states = ChoiceOption.Of("--optimizer-states", "how AdamW's moments are kept", standard.OptimizerStates);
        var checkpointing = new Option<bool>("--activation-checkpointing") { Description = "compute the activations inside a layer again in backward" };
        var objective = ChoiceOption.Of("--objective", "what a step computes: sft, dpo (a row of the batch is a pair), or score (a pair's log-probabilities, no gradients)", standard.Objective);
        var lora = BenchShape.Whole("--lora-rank", "train adapters of this rank in place of the weights; 0 for none", 0, smallest: 0);
        var nf4 = new Option<bool>("--nf4") { Description = "keep the frozen weights in 4 bits, with double quantisation; needs --lora-rank to train" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(sequence);
        command.Options.Add(steps);
        command.Options.Add(states);
        command.Options.Add(checkpointing);
        command.Options.Add(objective);
        command.Options.Add(lora);
        command.Options.Add(nf4);
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var options = standard with
            {
                Sequence = parsed.GetValue(sequence),
                Steps = parsed.GetValue(steps),
                OptimizerStates = parsed.GetValue(states),
                ActivationCheckpointing = parsed.GetValue(checkpointing),
                Objective = parsed.GetValue(objective),
                Lora = parsed.GetValue(lora) is > 0 and var rank ? new LoraOptions { Rank = rank } : null,
                Quantization = parsed.GetValue(nf4) ? new Nf4Options(DoubleQuantization: true) : null,
            };
            var result = TrainBenchmark.Run(shape.Apply(parsed, options), environment.Clock);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["tokens_per_second"] = result.TokensPerSecond,
                    ["matmul_gflops"] = result.MatmulGflops,
                    ["matmul_share"] = result.MatmulShare,
                    ["peak_memory_bytes"] = result.PeakMemoryBytes,
                    ["device"] = result.Device,
                    ["device_peak_bytes"] = result.DevicePeakBytes,
                    ["loss"] = result.Loss,
                    ["parameters"] = result.Parameters,
                    ["step_seconds"] = new JsonArray([.. result.StepSeconds.Select(seconds => (JsonNode?)seconds)]),
                });
            }
            else
            {
                environment.Out.WriteLine($"{result.TokensPerSecond:#,0} tokens/s, {result.MatmulShare:P0} of the matmul ceiling of {result.MatmulGflops:0} GFLOP/s, peak memory {result.PeakMemoryBytes / 1e6:0} MB, loss {result.Loss:0.0000}");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
