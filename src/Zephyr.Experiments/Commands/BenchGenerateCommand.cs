using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Benchmarks;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench generate</c>: generated tokens a second.</summary>
public static class BenchGenerateCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("generate", "Generate with a random model.");
        var shape = new BenchShape();
        shape.AddTo(command);
        var standard = new GenerateBenchmarkOptions();
        var prompt = BenchShape.Whole("--prompt-length", "tokens of each prompt", standard.PromptLength);
        var tokens = BenchShape.Whole("--new-tokens", "tokens generated for each prompt", standard.NewTokens);
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(prompt);
        command.Options.Add(tokens);
        command.Options.Add(json);
        var sampling = new SamplingArguments(temperature: 0, topP: 1);
        sampling.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var picks = sampling.Read(parsed);
            var options = standard with
            {
                PromptLength = parsed.GetValue(prompt),
                NewTokens = parsed.GetValue(tokens),
                Temperature = picks.Temperature,
                TopP = picks.TopP,
                TopK = picks.TopK,
            };
            var result = await GenerateBenchmark.RunAsync(shape.Apply(parsed, options), environment.Clock);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["tokens_per_second"] = result.TokensPerSecond,
                    ["matmul_gflops"] = result.MatmulGflops,
                    ["peak_memory_bytes"] = result.PeakMemoryBytes,
                    ["device"] = result.Device,
                    ["device_peak_bytes"] = result.DevicePeakBytes,
                    ["parameters"] = result.Parameters,
                    ["new_tokens"] = result.NewTokens,
                    ["seconds"] = result.Seconds,
                    ["cpu_seconds"] = result.CpuSeconds,
                });
            }
            else
            {
                environment.Out.WriteLine($"{result.TokensPerSecond:#,0} tokens/s, peak memory {result.PeakMemoryBytes / 1e6:0} MB");
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
