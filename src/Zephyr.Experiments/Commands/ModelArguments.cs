using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Zephyr.Core;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of verbs that compute with a model.</summary>
public sealed class ModelArguments
{
    private readonly Option<string> _model = new("--model") { Description = "a folder with config.json and model.safetensors", Required = true, HelpName = "DIR" };
    private readonly Option<string?> _adapter = new("--adapter") { Description = "a folder with adapter_config.json and adapter_model.safetensors (LoRA, PEFT's format)", HelpName = "DIR" };
    private readonly Option<ComputeType> _dtype = Precision(ComputeType.Float32);
    private readonly Option<string> _device = Device();
    private readonly Option<int> _threads = new("--threads") { Description = "threads for tensor operations; 0 takes every core", DefaultValueFactory = _ => 0 };

    /// <summary>Makes the option <c>--dtype</c>.</summary>
    /// <param name="standard">Its default.</param>
    /// <returns>The option.</returns>
    public static Option<ComputeType> Precision(ComputeType standard)
    {
        var dtype = new Option<ComputeType>("--dtype")
        {
            Description = "precision: fp32 or bf16",
            HelpName = "fp32|bf16",
            DefaultValueFactory = _ => standard,
            CustomParser = Read,
        };
        return dtype;
    }

    /// <summary>Makes the option <c>--device</c>.</summary>
    /// <returns>The option.</returns>
    public static Option<string> Device()
    {
        var device = new Option<string>("--device")
        {
            Description = "where to compute: auto (a GPU when there is one), cpu, cuda or cuda:N",
            HelpName = "auto|cpu|cuda",
            DefaultValueFactory = _ => DeviceChoice.Auto,
        };
        device.Validators.Add(result =>
        {
            if (!Regex.IsMatch(result.GetValue(device)!, $"^({DeviceChoice.Pattern})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            {
                result.AddError($"--device must be auto, cpu, cuda or cuda:N (is {result.GetValue(device)})");
            }
        });
        return device;
    }

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_adapter);
        command.Options.Add(_dtype);
        command.Options.Add(_device);
        command.Options.Add(_threads);
    }

    /// <summary>Folder of the model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The current folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="ZephyrException">There is no such folder.</exception>
    public string Folder(ParseResult parsed, CommandEnvironment environment)
    {
        var folder = Path.GetFullPath(parsed.GetRequiredValue(_model), environment.CurrentFolder);
        return Directory.Exists(folder) ? folder : throw new ZephyrException($"There is no folder {folder}.");
    }

    /// <summary>Loads the model, with the adapter beside its weights if one is given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The current folder.</param>
    /// <returns>The model, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">A file is missing or damaged, or the adapter does not fit the model.</exception>
    public DecoderModel Load(ParseResult parsed, CommandEnvironment environment)
    {
        var folder = Folder(parsed, environment);
        var threads = parsed.GetValue(_threads);
        TorchRuntime.SetThreads(threads > 0 ? threads : Environment.ProcessorCount);
        var model = DecoderModel.Load(folder, parsed.GetValue(_dtype), device: DeviceChoice.Take(parsed.GetRequiredValue(_device)));
        try
        {
            if (parsed.GetValue(_adapter) is { } adapter)
            {
                model.Attach(LoraAdapter.Load(Path.GetFullPath(adapter, environment.CurrentFolder), model.Configuration, model.ComputeType, model.Device));
            }

            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ComputeType Read(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "fp32" or "float32":
                return ComputeType.Float32;
            case "bf16" or "bfloat16":
                return ComputeType.Bfloat16;
            default:
                result.AddError($"--dtype must be fp32 or bf16 (is {result.Tokens[0].Value})");
                return default;
        }
    }
}
