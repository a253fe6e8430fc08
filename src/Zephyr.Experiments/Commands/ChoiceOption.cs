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
        // Upper and lower case are as good, and so is a name without its underscores.
        var choices = Enum.GetValues<T>().Select(static value => (Value: value, Name: SettingShapeReader.SnakeCase(value.ToString()))).ToList();
        var names = choices.ConvertAll(static choice => choice.Name);
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                var given = result.Tokens[^1].Value;
                foreach (var (value, text) in choices)
                {
                    if (string.Equals(given, text, StringComparison.OrdinalIgnoreCase) || string.Equals(given, value.ToString(), StringComparison.OrdinalIgnoreCase))
                    {
                        return value;
                    }
                }

                result.AddError($"{name} must be one of {string.Join(", ", names)} (is {given})");
                return standard;
            },
        };
    }
}
