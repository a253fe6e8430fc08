using System.CommandLine;
using Zephyr.Core;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Serving;
using Zephyr.Experiments.Terminal;
using Zephyr.Torch;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of a benchmark that asks models: the one that is judged, its judge, and what both share.</summary>
internal sealed class JudgedArguments
{
    private readonly Option<string?> _out = new("--out") { Description = "folder for answers, judgments and figures", HelpName = "FOLDER" };
    private readonly Option<bool> _cost = new("--cost") { Description = "tell what it can cost at most, and ask nothing" };
    private readonly Option<ComputeType> _dtype = ModelArguments.Precision(ComputeType.Bfloat16);
    private readonly Option<string> _device = ModelArguments.Device();
    private readonly Option<int> _threads = new("--threads") { Description = "threads for tensor operations; 0 takes every core", DefaultValueFactory = _ => 0 };

    /// <summary>Makes the options.</summary>
    /// <param name="unnamedJudge">What holds where the judge is not named.</param>
    public JudgedArguments(string unnamedJudge)
    {
        Settings.Text("--model-dir", "model.folder", "FOLDER", "the model: a folder in Hugging Face format with a chat template, answers in process");
        Settings.Text("--base-url", "model.base_url", "URL", "the model: address of its OpenAI-compatible endpoint, up to and with /v1");
        Settings.Text("--key-variable", "model.key_variable", "NAME", "environment variable with the key of the model's endpoint");
        Settings.Text("--judge", "judge.model", "NAME", $"the judge: its name at the endpoint, or with --judge-dir in files; {unnamedJudge}");
        Settings.Text("--judge-dir", "judge.folder", "FOLDER", "the judge: a folder in Hugging Face format, answers in process");
        Settings.Text("--judge-base-url", "judge.base_url", "URL", "address of the judge's endpoint; OpenAI's when left out");
        Settings.Text("--judge-key-variable", "judge.key_variable", "NAME", "environment variable with the key of the judge's endpoint");
        Settings.Number("--max-tokens", "max_tokens", "longest answer of the model in tokens");
        Settings.Number("--temperature", "temperature", "temperature of the model's answers");
        Settings.Number("--budget", "budget", "most that answers and judgments may cost, those stored by earlier runs included");
    }

    /// <summary>Options that are settings.</summary>
    public SettingArguments Settings { get; } = new();

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        Settings.AddTo(command);
        foreach (var option in new Option[] { _out, _cost, _dtype, _device, _threads })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Names of these options that were given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The names.</returns>
    public IEnumerable<string> Given(ParseResult parsed) =>
        Settings.Given(parsed).Concat(parsed.GetValue(_out) is null ? [] : [_out.Name]).Concat(parsed.GetValue(_cost) ? [_cost.Name] : []);

    /// <summary>Whether only the cost is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Whether <c>--cost</c> was given.</returns>
    public bool Cost(ParseResult parsed) => parsed.GetValue(_cost);

    /// <summary>The folder that everything is written to. It is made, so that a folder that cannot be shows before anything is paid for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The current folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="ConfigurationException">None was given.</exception>
    /// <exception cref="ZephyrException">It cannot be made.</exception>
    public string Out(ParseResult parsed, CommandEnvironment environment) => parsed.GetValue(_out) is { Length: > 0 } folder
        ? Made(Path.GetFullPath(folder, environment.CurrentFolder))
        : throw new ConfigurationException("--out is missing: name a folder for answers, judgments and figures");

    /// <summary>Opens the stored answers; models in process take the threads and the device given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Folders, variables, clock.</param>
    /// <param name="budget">What may be spent.</param>
    /// <param name="hasFolder">Whether a model answers in process.</param>
    /// <returns>The session, for the caller to dispose.</returns>
    public AskingSession Open(ParseResult parsed, CommandEnvironment environment, double? budget, bool hasFolder)
    {
        if (hasFolder)
        {
            var threads = parsed.GetValue(_threads);
            TorchRuntime.SetThreads(threads > 0 ? threads : Environment.ProcessorCount);
        }

        var model = new ModelOptions { Dtype = parsed.GetValue(_dtype), Device = parsed.GetRequiredValue(_device) };
        return new AskingSession(model, new EndpointServices(environment.Folders.Responses, environment.Variable, environment.Clock), budget, "--budget");
    }

    /// <summary>Name of the model in files: the one given, else that of its folder.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The name.</returns>
    public static string NameOf(EndpointConnection model) => model.Model.Length > 0 ? model.Model : ServedModel.NameOf(model.Folder!);

    /// <summary>Checks the model and the judge.</summary>
    /// <param name="model">The model; null for none.</param>
    /// <param name="judge">The judge; null for none.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what.</param>
    /// <param name="judgeKey">The setting that names the judge.</param>
    public static void Check(EndpointConnection? model, EndpointConnection? judge, Action<bool, string, string> refuse, string judgeKey = "judge")
    {
        foreach (var (key, connection) in new[] { ("model", model), (judgeKey, judge) })
        {
            if (connection is { Folder: { } folder })
            {
                refuse(!Directory.Exists(folder), $"{key}.folder", $"there is no folder {folder}");
                refuse(connection.KeyVariable is not null, $"{key}.key_variable", "must be left out: a model in a folder has no endpoint");
            }
            else if (connection is not null)
            {
                EndpointRules.Check(connection, isFolder: false, key, refuse);
            }
        }
    }

    /// <summary>Shows progress on standard error, so that standard output has the figures alone.</summary>
    /// <param name="environment">Standard error and clock.</param>
    /// <param name="benchmark">Begins every line.</param>
    /// <param name="what">What is done.</param>
    /// <returns>The reporter.</returns>
    public static Stages.IStageReporter Reporter(CommandEnvironment environment, string benchmark, string what) =>
        new LineDisplay(environment.Error, environment.Clock).StageStarted(benchmark, what);

    private static string Made(string folder)
    {
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{folder}: the folder for results cannot be made ({failure.Message}). Name another with --out.", failure);
        }
    }
}
