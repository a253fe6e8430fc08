using System.Globalization;

namespace Zephyr.Experiments.Configuration;

/// <summary>
/// Reads the <c>sweep</c> block of an experiment file: <c>grid</c> (every combination of values), <c>list</c> (named combinations) and
/// <c>seeds</c>. A dotted setting directly under <c>sweep</c> is one of the grid's.
/// </summary>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class SweepReader(List<ConfigurationProblem> problems)
{
    /// <summary>Name of the block in a file.</summary>
    public const string Block = "sweep";

    private const string Grid = "grid";
    private const string Points = "list";
    private const string Seeds = "seeds";
    private const string PointName = "name";
    private const int MostSeeds = 1000;

    /// <summary>Reads a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="seed">Seed of the experiment, from which a number of seeds counts; null when the file names none.</param>
    /// <returns>The axes, in the order of the file.</returns>
    public List<SweepAxis> Read(SettingNode block, SettingNode? seed)
    {
        var axes = new List<SweepAxis>();
        if (block is not SettingMap map)
        {
            problems.Add(new ConfigurationProblem(block.Origin, Block, "must be a section such as `grid: {ddpo.beta: [0.05, 0.1]}`"));
            return axes;
        }

        foreach (var entry in map.Entries)
        {
            switch (entry)
            {
                case { Key: Grid, Value: SettingMap grid }:
                    axes.AddRange(grid.Entries.Select(inner => Values(inner, $"{Block}.{Grid}.{inner.Key}")).OfType<SweepAxis>());
                    break;
                case { Key: Grid }:
                    problems.Add(new ConfigurationProblem(entry.Value.Origin, $"{Block}.{Grid}", "must be a section of settings with lists of values"));
                    break;
                case { Key: Points, Value: SettingList { Items.Count: > 0 } list }:
                    axes.Add(new SweepAxis(entry.KeyOrigin, [.. list.Items.Select(Point).OfType<SweepPoint>()]));
                    break;
                case { Key: Points }:
                    problems.Add(new ConfigurationProblem(entry.Value.Origin, $"{Block}.{Points}", "must be a list of sections such as `{name: small, ddpo.beta: 0.05}`"));
                    break;
                case { Key: Seeds }:
                    axes.AddRange(ReadSeeds(entry, seed));
                    break;
                default:
                    axes.AddRange(Values(entry, $"{Block}.{entry.Key}") is { } axis ? [axis] : []);
                    break;
            }
        }

        return axes;
    }

    private SweepAxis? Values(SettingEntry entry, string key)
    {
        if (entry.Value is SettingList { Items.Count: > 0 } list)
        {
            return SweepAxis.Of(new SettingOverride(entry.Key, entry.KeyOrigin, list.Items));
        }

        problems.Add(new ConfigurationProblem(entry.Value.Origin, key, "must be a list of values"));
        return null;
    }

    private SweepPoint? Point(SettingNode node)
    {
        if (node is not SettingMap { Entries.Count: > 0 } map)
        {
            problems.Add(new ConfigurationProblem(node.Origin, $"{Block}.{Points}", "must hold sections such as `{name: small, ddpo.beta: 0.05}`"));
            return null;
        }

        var name = (map.Find(PointName)?.Value as SettingScalar)?.Text;
        if (map.Find(PointName) is { } given && string.IsNullOrWhiteSpace(name))
        {
            problems.Add(new ConfigurationProblem(given.Value.Origin, $"{Block}.{Points}.{PointName}", "must be a text"));
        }

        return new SweepPoint(name, [.. map.Entries.Where(entry => entry.Key != PointName)
            .Select(entry => new SweepValue(new SettingOverride(entry.Key, entry.KeyOrigin, [entry.Value]), entry.Value))]);
    }

    // `seeds: 3` is the experiment's seed and the two after it.
    private IEnumerable<SweepAxis> ReadSeeds(SettingEntry entry, SettingNode? seed)
    {
        if (entry.Value is SettingList { Items.Count: > 0 } list)
        {
            return [SweepAxis.Of(new SettingOverride(SweepAxis.Seed, entry.KeyOrigin, list.Items))];
        }

        var first = new ExperimentSettings().Seed;
        if (entry.Value is SettingScalar { Text: var text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostSeeds
            && (seed is null || (seed is SettingScalar { Text: var start } && ulong.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out first))))
        {
            return [SweepAxis.Of(new SettingOverride(SweepAxis.Seed, entry.KeyOrigin, [.. Enumerable.Range(0, count).Select(i =>
                new SettingScalar(entry.Value.Origin, (first + (ulong)i).ToString(CultureInfo.InvariantCulture), Quoted: false))]))];
        }

        problems.Add(new ConfigurationProblem(entry.Value.Origin, $"{Block}.{Seeds}", $"must be a list of seeds, or how many to take from the experiment's seed on (1 to {MostSeeds})"));
        return [];
    }
}
