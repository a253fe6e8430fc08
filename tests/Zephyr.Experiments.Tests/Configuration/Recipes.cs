using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests;

/// <summary>The experiment files of the repository.</summary>
internal static class Recipes
{
    /// <summary>Loads one that is no sweep.</summary>
    public static ExperimentSettings Load(string name, params string[] overrides) => LoadAll(name, overrides).Single().Settings;

    /// <summary>Loads all members of one.</summary>
    public static IReadOnlyList<Experiment> LoadAll(string name, params string[] overrides)
    {
        var root = RepositoryFolder.Find(AppContext.BaseDirectory, AppContext.BaseDirectory);
        return new ExperimentLoader(root, root).Load(name, overrides);
    }
}
