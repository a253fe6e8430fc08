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
        (root, var axes) = TakeSweep(root, problems);
        foreach (var given in overrides.Select(text => SettingOverride.Read(text, currentFolder, problems)).OfType<SettingOverride>())
        {
            // The command line wins over the sweep block of the file.
            axes = [.. axes.Select(axis => axis.Without(given.Key)).OfType<SweepAxis>()];
            if (given.Values.Count == 1)
            {
                root = given.Apply(root, given.Values[0]);
            }
            else
            {
                axes.Add(SweepAxis.Of(given));
            }
        }

        var members = Expand(root, axes, problems);
        var experiments = members.Select(member => Bind(member.Root, member.Points, file, problems)).ToList();
        foreach (var twice in experiments.GroupBy(experiment => experiment.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            problems.Add(new ConfigurationProblem(axes[0].Origin, SweepReader.Block, $"has two members named {twice.Key}: give the points of the list different names"));
        }

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

    private static (SettingMap Root, List<SweepAxis> Axes) TakeSweep(SettingMap root, List<ConfigurationProblem> problems) =>
        root.Find(SweepReader.Block) is { } block
            ? (root with { Entries = [.. root.Entries.Where(entry => !ReferenceEquals(entry, block))] }, new SweepReader(problems).Read(block.Value, root.Find(SweepAxis.Seed)?.Value))
            : (root, []);

    private static List<(SettingMap Root, SweepPoint[] Points)> Expand(SettingMap root, List<SweepAxis> axes, List<ConfigurationProblem> problems)
    {
        List<(SettingMap Root, SweepPoint[] Points)> members = [(root, [])];
        if (axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Points.Count, int.MaxValue)) > MostMembers)
        {
            problems.Add(new ConfigurationProblem(axes[0].Origin, SweepReader.Block, $"has more than {MostMembers} combinations"));
            return members;
        }

        foreach (var axis in axes)
        {
            members = [.. members.SelectMany(_ => axis.Points, (member, point) => (point.Apply(member.Root), (SweepPoint[])[.. member.Points, point]))];
        }

        return members;
    }

    private static Experiment Bind(SettingMap root, SweepPoint[] points, string file, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        var (value, resolved) = new SettingBinder(problems).Bind(Shape, root);
        var settings = (ExperimentSettings)value;
        var name = settings.Name.Length > 0 ? settings.Name : Path.GetFileNameWithoutExtension(file);
        var whole = name;
        if (points.Length > 0)
        {
            name += "--" + string.Join('-', points.Select(point => Plain(point.Label)));
        }

        settings = settings with { Name = name };
        if (problems.Count == before)
        {
            ExperimentRules.Check(settings, resolved, problems);
        }

        return new Experiment(name, file, settings, resolved, points.Length == 0 ? null : new SweepMember(
            whole, string.Join(", ", points.Where(point => !point.IsSeed).Select(point => point.Name ?? string.Join(", ", point.Values.Select(value => $"{value.Setting.Key}={value.Text}")))), settings.Seed));
    }

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
