namespace Zephyr.Experiments.Configuration;

/// <summary>Reads an experiment file and the files it extends into one tree.</summary>
/// <param name="currentFolder">Folder that shown file names count from.</param>
/// <param name="problems">Takes what is wrong.</param>
public sealed class ExperimentFileReader(string currentFolder, List<ConfigurationProblem> problems)
{
    private const int LargestFile = 4 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <returns>The merged tree without <c>extends</c>.</returns>
    public SettingMap Read(string path) => Read(path, []);

    private SettingMap Read(string path, IReadOnlyList<string> openFiles)
    {
        var shown = Shown(path);
        var origin = new SettingOrigin(shown, 1, 1, Path.GetDirectoryName(path));
        var empty = new SettingMap(origin, []);
        if (new FileInfo(path) is { Length: > LargestFile })
        {
            problems.Add(new ConfigurationProblem(origin, "", $"is larger than {LargestFile} bytes and no experiment file"));
            return empty;
        }

        var node = YamlSettingReader.Read(File.ReadAllText(path), shown, origin.Folder!, problems);
        if (node is not SettingMap map)
        {
            if (node is not null)
            {
                problems.Add(new ConfigurationProblem(node.Origin, "", "an experiment is a section of keys and values"));
            }

            return empty;
        }

        if (map.Find("extends") is not { } extends)
        {
            return map;
        }

        var own = map with { Entries = [.. map.Entries.Where(entry => !ReferenceEquals(entry, extends))] };
        return Parent(extends, path, [.. openFiles, path]) is { } parent ? Merge(parent, own) : own;
    }

    private SettingMap? Parent(SettingEntry extends, string path, IReadOnlyList<string> openFiles)
    {
        if (extends.Value is not SettingScalar { Text.Length: > 0 } name)
        {
            problems.Add(new ConfigurationProblem(extends.Value.Origin, "extends", "must be the name of one file"));
            return null;
        }

        var parent = Path.GetFullPath(name.Text, Path.GetDirectoryName(path)!);
        if (openFiles.Contains(parent, StringComparer.Ordinal))
        {
            var circle = string.Join(" → ", openFiles.SkipWhile(file => file != parent).Append(parent).Select(Shown));
            problems.Add(new ConfigurationProblem(name.Origin, "extends", $"goes in a circle: {circle}"));
            return null;
        }

        if (!File.Exists(parent))
        {
            problems.Add(new ConfigurationProblem(name.Origin, "extends", $"there is no file {Shown(parent)}"));
            return null;
        }

        return Read(parent, openFiles);
    }

    // Sections merge key by key; values and lists are replaced whole. The name of a parent is its own.
    private static SettingMap Merge(SettingMap parent, SettingMap child, bool top = true)
    {
        var entries = parent.Entries
            .Where(entry => !top || entry.Key != "name")
            .Select(entry => child.Find(entry.Key) is { } over
                ? entry.Value is SettingMap below && over.Value is SettingMap above
                    ? over with { Value = Merge(below, above, top: false) }
                    : over
                : entry)
            .Concat(child.Entries.Where(entry => (top && entry.Key == "name") || parent.Find(entry.Key) is null));
        return new SettingMap(child.Origin, [.. entries]);
    }

    private string Shown(string path)
    {
        var relative = Path.GetRelativePath(currentFolder, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
