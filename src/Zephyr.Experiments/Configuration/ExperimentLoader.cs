using System.Text;

namespace Zephyr.Experiments.Configuration;

/// <summary>Loads an experiment: finds the file, merges, overrides, expands sweeps, checks all of it.</summary>
/// <param name="repository">Root of the repository.</param>
/// <param name="currentFolder">The current folder.</param>
public sealed class ExperimentLoader(string repository, string currentFolder)
{
    private const int MostMembers = 1000;

    /// <summary>Shape of an experiment file.</summary>
    public static SettingShape Shape { get; } = SettingShapeReader.Read(typeof(ExperimentSettings));

    /// <summary>Loads an experiment and its members.</summary>
    /// <param name="nameOrPath">Name under experiments/, or path of a YAML file.</param>
    /// <param name="overrides">Texts after <c>--set</c>.</param>
    /// <returns>One experiment, or one for every combination of a sweep's values.</returns>
    /// <exception cref="ConfigurationException">Anything is wrong; every problem is listed.</exception>
    public IReadOnlyList<Experiment> Load(string nameOrPath, IReadOnlyList<string> overrides)
    {
        var file = FindFile(nameOrPath);
        var problems = new List<ConfigurationProblem>();
        var root = new ExperimentFileReader(currentFolder, problems).Read(file);
        (root, var sweeps) = TakeSweep(root, problems);
        foreach (var given in overrides.Select(text => SettingOverride.Read(text, currentFolder, problems)).OfType<SettingOverride>())
        {
            // The command line wins over the sweep block of the file.
            sweeps.RemoveAll(sweep => string.Equals(sweep.Key, given.Key, StringComparison.Ordinal));
            if (given.Values.Count == 1)
            {
                root = given.Apply(root, given.Values[0]);
            }
            else
            {
                sweeps.Add(given);
            }
        }

        var members = Expand(root, sweeps, problems);
        var experiments = members.Select(member => Bind(member.Root, member.Values, file, problems)).ToList();
        if (problems.Count > 0)
        {
            throw new ConfigurationException([.. problems.Distinct()
                .OrderBy(problem => problem.Origin.Line == 0)
                .ThenBy(problem => problem.Origin.Source, StringComparer.Ordinal)
                .ThenBy(problem => problem.Origin.Line).ThenBy(problem => problem.Origin.Column)]);
        }

        return experiments;
    }

    private string FindFile(string nameOrPath)
    {
        var folder = Path.Combine(repository, "experiments");
        string[] candidates =
        [
            Path.GetFullPath(nameOrPath, currentFolder),
            Path.GetFullPath(nameOrPath, repository),
            Path.Combine(folder, nameOrPath + ".yaml"),
        ];
        if (candidates.FirstOrDefault(File.Exists) is { } found)
        {
            return found;
        }

        var names = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.yaml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal).ToList()
            : [];
        var nearest = NameSuggestion.Nearest(nameOrPath, names);
        throw new ConfigurationException($"there is no experiment {nameOrPath}, neither a file of that path nor experiments/{nameOrPath}.yaml"
            + (nearest is not null ? $"; did you mean {nearest}?" : names.Count > 0 ? $"; there are: {string.Join(", ", names)}" : ""));
    }

    private static (SettingMap Root, List<SettingOverride> Sweeps) TakeSweep(SettingMap root, List<ConfigurationProblem> problems)
    {
        var sweeps = new List<SettingOverride>();
        if (root.Find("sweep") is not { } block)
        {
            return (root, sweeps);
        }

        if (block.Value is not SettingMap map)
        {
            problems.Add(new ConfigurationProblem(block.Value.Origin, "sweep", "must be a section such as `ddpo.beta: [0.05, 0.1]`"));
        }
        else
        {
            foreach (var entry in map.Entries)
            {
                if (entry.Value is SettingList { Items.Count: > 0 } list)
                {
                    sweeps.Add(new SettingOverride(entry.Key, entry.KeyOrigin, list.Items));
                }
                else
                {
                    problems.Add(new ConfigurationProblem(entry.Value.Origin, $"sweep.{entry.Key}", "must be a list of values"));
                }
            }
        }

        return (root with { Entries = [.. root.Entries.Where(entry => !ReferenceEquals(entry, block))] }, sweeps);
    }

    private static List<(SettingMap Root, Dictionary<string, string> Values)> Expand(
        SettingMap root, List<SettingOverride> sweeps, List<ConfigurationProblem> problems)
    {
        var members = new List<(SettingMap Root, Dictionary<string, string> Values)> { (root, new(StringComparer.Ordinal)) };
        if (sweeps.Aggregate(1L, (product, sweep) => Math.Min(product * sweep.Values.Count, int.MaxValue)) > MostMembers)
        {
            problems.Add(new ConfigurationProblem(sweeps[0].Origin, "sweep", $"has more than {MostMembers} combinations"));
            return members;
        }

        foreach (var sweep in sweeps)
        {
            members = [.. members.SelectMany(_ => sweep.Values, (member, value) =>
                (sweep.Apply(member.Root, value), new Dictionary<string, string>(member.Values, StringComparer.Ordinal) { [sweep.Key] = Text(value) }))];
        }

        return members;
    }

    private static Experiment Bind(SettingMap root, Dictionary<string, string> sweep, string file, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        var (value, resolved) = new SettingBinder(problems).Bind(Shape, root);
        var settings = (ExperimentSettings)value;
        var name = settings.Name.Length > 0 ? settings.Name : Path.GetFileNameWithoutExtension(file);
        if (sweep.Count > 0)
        {
            name += "--" + string.Join('-', sweep.Select(pair => Plain($"{pair.Key}-{pair.Value}")));
        }

        settings = settings with { Name = name };
        if (problems.Count == before)
        {
            ExperimentRules.Check(settings, resolved, problems);
        }

        return new Experiment(name, file, settings, resolved, sweep);
    }

    private static string Text(SettingNode node) => node switch
    {
        SettingScalar scalar => scalar.Text,
        SettingList list => $"[{string.Join(' ', list.Items.Select(Text))}]",
        _ => "section",
    };

    // Member names are folder names: everything but letters, digits, dot, minus and underscore becomes an underscore.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text);
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = char.IsAsciiLetterOrDigit(plain[i]) || plain[i] is '.' or '-' ? plain[i] : '_';
        }

        return plain.ToString();
    }
}
