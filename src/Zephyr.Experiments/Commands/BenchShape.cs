using System.CommandLine;
using Zephyr.Core.Benchmarks;
using Zephyr.Core.Models;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of the benchmarks that compute with a random model: its shape, batch, precision and threads.</summary>
public sealed class BenchShape
{
    private const int Largest = 1 << 20;
    private static readonly BenchmarkOptions s_standard = new();
    private readonly Option<int> _hidden = Whole("--hidden", "width of the residual stream", s_standard.Hidden);
    private readonly Option<int> _layers = Whole("--layers", "decoder layers", s_standard.Layers);
    private readonly Option<int> _heads = Whole("--heads", "query heads", s_standard.Heads);
    private readonly Option<int> _kvHeads = Whole("--kv-heads", "key and value heads", s_standard.KvHeads);
    private readonly Option<int> _intermediate = Whole("--intermediate", "width of the SwiGLU layer", s_standard.Intermediate);
    private readonly Option<int> _vocab = Whole("--vocab", "tokens of the vocabulary", s_standard.Vocab);
    private readonly Option<int> _batch = Whole("--batch", "rows side by side", s_standard.Batch);
    private readonly Option<int> _threads = Whole("--threads", "threads for tensor operations; 0 takes every core", s_standard.Threads, smallest: 0);
    private readonly Option<ComputeType> _dtype = ModelArguments.Precision(s_standard.Dtype);
    private readonly Option<string> _device = ModelArguments.Device();
    private readonly Option<bool> _plain = new("--plain") { Description = "measure the reference path of plain tensor operations" };

    /// <summary>Makes an option for a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is.</param>
    /// <param name="standard">Its default.</param>
    /// <param name="smallest">Smallest value allowed.</param>
    /// <returns>The option.</returns>
    public static Option<int> Whole(string name, string description, int standard, int smallest = 1)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is var value && (value < smallest || value > Largest))
            {
                result.AddError($"{name} must be between {smallest} and {Largest}");
            }
        });
        return option;
    }

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _hidden, _layers, _heads, _kvHeads, _intermediate, _vocab, _batch, _dtype, _device, _threads, _plain })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Puts the options given into those of a benchmark.</summary>
    /// <typeparam name="T">Options of the benchmark.</typeparam>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its other options.</param>
    /// <returns>All options.</returns>
    public T Apply<T>(ParseResult parsed, T options)
        where T : BenchmarkOptions => options with
        {
            Hidden = parsed.GetValue(_hidden),
            Layers = parsed.GetValue(_layers),
            Heads = parsed.GetValue(_heads),
            KvHeads = parsed.GetValue(_kvHeads),
            Intermediate = parsed.GetValue(_intermediate),
            Vocab = parsed.GetValue(_vocab),
            Batch = parsed.GetValue(_batch),
            Threads = parsed.GetValue(_threads),
            Dtype = parsed.GetValue(_dtype),
            Device = parsed.GetRequiredValue(_device),
            UseFused = !parsed.GetValue(_plain),
        };
}
