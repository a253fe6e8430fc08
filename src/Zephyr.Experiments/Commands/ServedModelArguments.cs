using System.CommandLine;
using Zephyr.Core;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Serving;
using Zephyr.Torch;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of verbs that answer with one or several models.</summary>
public sealed class ServedModelArguments
{
    private readonly Option<string[]> _models = new("--model")
    {
        Description = "a folder with config.json, model.safetensors, tokenizer and chat template; NAME=DIR gives it a name; may be repeated",
        Required = true,
        HelpName = "DIR",
    };

    private readonly Option<ComputeType> _dtype = ModelArguments.Precision(ComputeType.Bfloat16);
    private readonly Option<int> _threads = new("--threads") { Description = "threads for tensor operations; 0 takes every core", DefaultValueFactory = _ => 0 };
    private readonly Option<string> _cache = new("--cache") { Description = "most memory of keys and values for each model", DefaultValueFactory = _ => "2GiB", HelpName = "SIZE" };
    private readonly Option<int> _active = BenchShape.Whole("--max-active", "answers generated side by side; the others wait", new EngineOptions().MaxActive);
    private readonly Option<int> _waiting = BenchShape.Whole("--max-waiting", "requests that may wait; one more is refused", new EngineOptions().MaxWaiting, smallest: 0);

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        _cache.Validators.Add(result =>
        {
            if (ByteSize.Parse(result.GetValue(_cache)!) is not > 0)
            {
                result.AddError("--cache must be a size such as 512MiB or 2GiB");
            }
        });
        foreach (var option in new Option[] { _models, _dtype, _threads, _cache, _active, _waiting })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Loads the models.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The current folder and the clock.</param>
    /// <returns>The models, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">A file is missing or damaged, or two models have one name.</exception>
    public async Task<IReadOnlyList<ServedModel>> LoadAsync(ParseResult parsed, CommandEnvironment environment)
    {
        var named = parsed.GetRequiredValue(_models).Select(text => Split(text, environment.CurrentFolder)).ToList();
        if (named.GroupBy(static model => model.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ZephyrException($"Two models are called {twice.Key}. Name them apart: --model first=DIR --model second=DIR.");
        }

        var threads = parsed.GetValue(_threads);
        TorchRuntime.SetThreads(threads > 0 ? threads : Environment.ProcessorCount);
        var options = new EngineOptions { CacheBytes = ByteSize.Parse(parsed.GetRequiredValue(_cache))!.Value, MaxActive = parsed.GetValue(_active), MaxWaiting = parsed.GetValue(_waiting) };
        var models = new List<ServedModel>();
        try
        {
            foreach (var (name, folder) in named)
            {
                models.Add(ServedModel.Load(name, folder, parsed.GetValue(_dtype), options, environment.Clock.GetLocalNow().DateTime));
            }

            return models;
        }
        catch
        {
            foreach (var model in models)
            {
                await model.DisposeAsync();
            }

            throw;
        }
    }

    // A folder may have an equals sign in its path: what stands before one is a name only where it has no separator.
    private static (string Name, string Folder) Split(string text, string current)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var isNamed = at > 0 && !text.AsSpan(0, at).Contains(Path.DirectorySeparatorChar);
        var folder = Path.GetFullPath(isNamed ? text[(at + 1)..] : text, current);
        return (isNamed ? text[..at] : ServedModel.NameOf(folder), folder);
    }
}
