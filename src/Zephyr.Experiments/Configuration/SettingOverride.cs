namespace Zephyr.Experiments.Configuration;

/// <summary>One <c>--set key=value</c> or one line of a <c>sweep</c> block.</summary>
/// <param name="Key">Dotted name of the setting.</param>
/// <param name="Origin">Where it was given.</param>
/// <param name="Values">Its values; more than one make a sweep.</param>
public sealed record SettingOverride(string Key, SettingOrigin Origin, IReadOnlyList<SettingNode> Values)
{
    /// <summary>Reads the text after <c>--set</c>.</summary>
    /// <param name="argument"><c>a.b=value</c>; commas outside brackets and quotes separate the values of a sweep.</param>
    /// <param name="currentFolder">Folder that a relative path counts from.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>The override; null when it cannot be read.</returns>
    public static SettingOverride? Read(string argument, string currentFolder, List<ConfigurationProblem> problems)
    {
        var origin = SettingOrigin.Argument(argument, currentFolder);
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? argument : argument[..equals].Trim();
        if (equals < 1 || key.Split('.').Any(part => part.Length == 0))
        {
            problems.Add(new ConfigurationProblem(origin, "", "must have the form section.key=value"));
            return null;
        }

        var values = new List<SettingNode>();
        foreach (var text in SplitAtCommas(argument[(equals + 1)..]))
        {
            var before = problems.Count;
            var node = YamlSettingReader.Read(text, origin.Source, currentFolder, problems);
            if (problems.Count > before)
            {
                return null;
            }

            values.Add(Place(node ?? new SettingScalar(origin, "", Quoted: false), origin));
        }

        return new SettingOverride(key, origin, values);
    }

    /// <summary>Puts one value into a tree, making the sections on the way.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="value">One of <see cref="Values"/>.</param>
    /// <returns>The new tree.</returns>
    public SettingMap Apply(SettingMap root, SettingNode value) => Put(root, Key.Split('.'), value);

    private SettingMap Put(SettingMap map, ReadOnlySpan<string> path, SettingNode value)
    {
        var existing = map.Find(path[0]);
        var inner = path.Length == 1
            ? value
            : Put(existing?.Value as SettingMap ?? new SettingMap(Origin, []), path[1..], value);
        var entry = new SettingEntry(path[0], existing is null || path.Length == 1 ? Origin : existing.KeyOrigin, inner);
        return map with
        {
            Entries = existing is null
                ? [.. map.Entries, entry]
                : [.. map.Entries.Select(old => ReferenceEquals(old, existing) ? entry : old)],
        };
    }

    // Every node of the value shows the whole argument as its origin: a line in it would say nothing.
    private static SettingNode Place(SettingNode node, SettingOrigin origin) => node switch
    {
        SettingScalar scalar => scalar with { Origin = origin },
        SettingList list => new SettingList(origin, [.. list.Items.Select(item => Place(item, origin))]),
        SettingMap map => new SettingMap(origin, [.. map.Entries.Select(entry => new SettingEntry(entry.Key, origin, Place(entry.Value, origin)))]),
        _ => node,
    };

    private static List<string> SplitAtCommas(string text)
    {
        var parts = new List<string>();
        var start = 0;
        var depth = 0;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c is '[' or '{' or ']' or '}')
            {
                depth += c is '[' or '{' ? 1 : -1;
            }
            else if (c == ',' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }
}
