using System.CommandLine;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Commands;

/// <summary>
/// Options of a verb that has no experiment but the same kind of settings: the usual ones have an option each, all of them can be given by
/// <c>--set</c>. Values are checked as those of an experiment file are, and paths count from the current folder.
/// </summary>
internal sealed class SettingArguments
{
    private readonly List<(string Key, Option<string?> Option, bool IsText)> _options = [];

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "any other setting: judge.concurrency=4, model.input_price=0.15; may be repeated",
        DefaultValueFactory = _ => [],
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Adds an option for a setting that is text or a path.</summary>
    /// <param name="name">Name of the option.</param>
    /// <param name="key">Dotted name of the setting.</param>
    /// <param name="help">What stands for the value in the help.</param>
    /// <param name="description">What it is.</param>
    public void Text(string name, string key, string help, string description) => Add(name, key, help, description, isText: true);

    /// <summary>Adds an option for a setting that is a number.</summary>
    /// <param name="name">Name of the option.</param>
    /// <param name="key">Dotted name of the setting.</param>
    /// <param name="description">What it is.</param>
    public void Number(string name, string key, string description) => Add(name, key, "N", description, isText: false);

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        foreach (var (_, option, _) in _options)
        {
            command.Options.Add(option);
        }

        command.Options.Add(_set);
    }

    /// <summary>The value of an option.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">Name of the option.</param>
    /// <returns>The text; null when it was not given.</returns>
    public string? Given(ParseResult parsed, string name) => parsed.GetValue(_options.Single(option => option.Option.Name == name).Option);

    /// <summary>Names of the options that were given, <c>--set</c> with them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The names.</returns>
    public IEnumerable<string> Given(ParseResult parsed) =>
        _options.Where(option => parsed.GetValue(option.Option) is not null).Select(static option => option.Option.Name).Concat(parsed.GetValue(_set)!.Length > 0 ? [_set.Name] : []);

    /// <summary>Makes the settings.</summary>
    /// <typeparam name="T">Their record.</typeparam>
    /// <param name="parsed">The command line.</param>
    /// <param name="currentFolder">The current folder.</param>
    /// <param name="check">Checks rules between settings: takes what refuses whether something is wrong, the setting, and what.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ConfigurationException">Anything is wrong; every problem is listed.</exception>
    public T Bind<T>(ParseResult parsed, string currentFolder, Action<T, Action<bool, string, string>> check)
        where T : class
    {
        var problems = new List<ConfigurationProblem>();
        var root = new SettingMap(new SettingOrigin("zephyr", 0, 0, currentFolder), []);
        foreach (var (key, option, isText) in _options)
        {
            if (parsed.GetValue(option) is { } text)
            {
                var origin = new SettingOrigin(option.Name, 0, 0, currentFolder);
                var scalar = new SettingScalar(origin, text, isText);
                root = new SettingOverride(key, origin, [scalar]).Apply(root, scalar);
            }
        }

        foreach (var given in parsed.GetValue(_set)!.Select(text => SettingOverride.Read(text, currentFolder, problems)).OfType<SettingOverride>())
        {
            if (given.Values.Count == 1)
            {
                root = given.Apply(root, given.Values[0]);
            }
            else
            {
                problems.Add(new ConfigurationProblem(given.Origin, given.Key, "must be one value; put a text with a comma in quotes"));
            }
        }

        var (value, _) = new SettingBinder(problems).Bind(SettingShapeReader.Read(typeof(T)), root);
        if (problems.Count == 0)
        {
            check((T)value, (wrong, key, message) =>
            {
                if (wrong)
                {
                    problems.Add(new ConfigurationProblem(root.Origin, key, message));
                }
            });
        }

        return problems.Count == 0 ? (T)value : throw new ConfigurationException(problems);
    }

    private void Add(string name, string key, string help, string description, bool isText) =>
        _options.Add((key, new Option<string?>(name) { Description = description, HelpName = help }, isText));
}
