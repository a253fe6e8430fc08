using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Gguf;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of <c>zephyr export --format gguf</c>, and what it does.</summary>
internal sealed class GgufArguments
{
    private const string Archive = "archive";
    private const string Gguf = "gguf";
    private const string StandardType = "f16";
    private readonly Option<string> _format = new("--format") { Description = "archive, or gguf for llama.cpp, LLamaSharp and Ollama", HelpName = "archive|gguf", DefaultValueFactory = _ => Archive };
    private readonly Option<string?> _type = new("--type") { Description = $"how a GGUF file stores matrices; {StandardType} when not given", HelpName = "f32|f16|bf16|q8_0" };
    private readonly Option<string?> _name = new("--name") { Description = "the model's name in a GGUF file; that of the file when not given", HelpName = "TEXT" };

    /// <summary>Adds the options to the verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        _format.Validators.Add(result => Require(result.GetValue(_format) is Archive or Gguf, "--format must be archive or gguf", result.AddError));
        _type.Validators.Add(result => Require(result.GetValue(_type) is not { } type || GgufTensorTypes.Parse(type) is not null, "--type must be f32, f16, bf16 or q8_0", result.AddError));
        command.Options.Add(_format);
        command.Options.Add(_type);
        command.Options.Add(_name);
        command.Validators.Add(result => Require(
            result.GetValue(_format) == Gguf || (result.GetResult(_type) is null && result.GetResult(_name) is null), "--type and --name are for --format gguf", result.AddError));
    }

    /// <summary>Whether a GGUF file is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>True when it is.</returns>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_format) == Gguf;

    /// <summary>Writes the file and says what is in it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="to">The file.</param>
    /// <param name="asJson">Whether to say it in JSON.</param>
    /// <param name="environment">The current folder and the streams.</param>
    /// <exception cref="ZephyrException">There is no such folder, or the model cannot be written as GGUF.</exception>
    public void Write(ParseResult parsed, string model, string to, bool asJson, CommandEnvironment environment)
    {
        var folder = Path.GetFullPath(model, environment.CurrentFolder);
        if (!Directory.Exists(folder))
        {
            throw new ZephyrException($"There is no folder {folder}. With --format gguf, name a model's folder, such as artifacts/experiments/NAME/ddpo/model.");
        }

        var path = Path.GetFullPath(to, environment.CurrentFolder);
        var type = GgufTensorTypes.Parse(parsed.GetValue(_type) ?? StandardType)!.Value;
        var name = parsed.GetValue(_name) ?? Path.GetFileNameWithoutExtension(path);
        var written = GgufExport.Write(folder, path, type, name);
        if (asJson)
        {
            JsonOutput.Write(environment.Out, new JsonObject
            {
                ["gguf"] = path,
                ["bytes"] = written.Bytes,
                ["name"] = name,
                ["type"] = GgufTensorTypes.Name(type),
                ["tensors"] = written.Tensors,
                ["tensors_as_f16"] = written.HalfPrecision,
                ["context_length"] = written.ContextLength,
                ["chat_template"] = written.HasChatTemplate,
            });
            return;
        }

        environment.Out.WriteLine($"{path}: {written.Tensors} tensors, matrices as {GgufTensorTypes.Name(type)}, {ByteCount.Text(written.Bytes)}, context {written.ContextLength}");
        if (written.HalfPrecision > 0)
        {
            environment.Out.WriteLine($"{written.HalfPrecision} matrices are f16: their rows are no multiple of {GgufTensorTypes.BlockLength}");
        }

        if (!written.HasChatTemplate)
        {
            environment.Out.WriteLine("no chat template: the folder has none");
        }
    }

    private static void Require(bool holds, string rule, Action<string> report)
    {
        if (!holds)
        {
            report(rule);
        }
    }
}
