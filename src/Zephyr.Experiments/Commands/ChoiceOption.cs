using System.CommandLine;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Commands;

/// <summary>Options with a few values, under the names that experiment files have for them.</summary>
internal static class ChoiceOption
{
    /// <summary>Makes an option.</summary>
    /// <typeparam name="T">Its values.</typeparam>
    /// <param name="name">Name of the option, such as <c>--format</c>.</param>
    /// <param name="description">What it says; the names are not in it.</param>
    /// <param name="standard">The value when it is left out.</param>
    /// <returns>The option.</returns>
    public static Option<T> Of<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>().ToDictionary(static value => SettingShapeReader.SnakeCase(value.ToString()), StringComparer.Ordinal);
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', values.Keys),
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                var given = result.Tokens[^1].Value;
                if (!values.TryGetValue(given, out var value))
                {
                    result.AddError($"{name} must be one of {string.Join(", ", values.Keys)} (is {given})");
                }

                return value;
            },
        };
    }
}
