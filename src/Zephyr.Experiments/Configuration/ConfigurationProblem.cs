using Zephyr.Core;

namespace Zephyr.Experiments.Configuration;

/// <summary>One thing wrong with a configuration.</summary>
/// <param name="Origin">Where.</param>
/// <param name="Key">Dotted name of the setting; empty when there is none.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record ConfigurationProblem(SettingOrigin Origin, string Key, string Message)
{
    /// <inheritdoc />
    public override string ToString() => Key.Length == 0 ? $"{Origin}: {Message}" : $"{Origin}: {Key}: {Message}";
}

/// <summary>The configuration cannot be used; every problem found is listed, one a line. Ends the program with exit code 2.</summary>
/// <param name="problems">The problems, in the order of the file.</param>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
    : ZephyrException(string.Join('\n', problems))
{
    /// <summary>Creates the exception for one problem that belongs to no place in a file.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public ConfigurationException(string message)
        : this([new ConfigurationProblem(new SettingOrigin("zephyr", 0, 0, null), "", message)])
    {
    }

    /// <summary>The problems.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;
}
