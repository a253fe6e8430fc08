using System.CommandLine;
using Zephyr.Core;
using Zephyr.Core.Data;

namespace Zephyr.Experiments.Commands;

/// <summary>The arguments by which the verbs about data name a source.</summary>
internal sealed class DataArguments
{
    private readonly Argument<string> _file = new("file") { Description = "a .parquet, .jsonl, .json, .csv or .tsv file (text also .gz or .zst), or a folder of them" };
    private readonly Option<RowFormat> _format = ChoiceOption.Of("--format", "row format; found from the first row when left out", RowFormat.Auto);
    private readonly Option<string?> _where = new("--where") { Description = "a condition in SQL over the file's columns" };

    /// <summary>Adds the arguments to a verb.</summary>
    public DataArguments(Command command)
    {
        command.Arguments.Add(_file);
        command.Options.Add(_format);
        command.Options.Add(_where);
        command.Options.Add(Json);
    }

    /// <summary>Whether one JSON document is asked for.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "print one JSON document on standard output and nothing else there" };

    /// <summary>The source that was named.</summary>
    /// <exception cref="ZephyrException">There is no such file or folder.</exception>
    public DataFileOptions Source(ParseResult parsed, CommandEnvironment environment)
    {
        var path = Path.GetFullPath(parsed.GetRequiredValue(_file), environment.CurrentFolder);
        return Path.Exists(path)
            ? new DataFileOptions { Path = path, Format = parsed.GetValue(_format), Where = parsed.GetValue(_where) }
            : throw new ZephyrException($"There is no file {path}.");
    }
}
