using Zephyr.Core;

namespace Zephyr.Experiments.Endpoints;

/// <summary>A key: it goes into one header and nowhere else. As text it is a word, and texts of others are cleaned of it.</summary>
/// <param name="value">The key.</param>
internal sealed class ApiKey(string value)
{
    private const string Shown = "(key)";

    /// <summary>The key itself, for the header.</summary>
    public string Value => value;

    /// <summary>Reads a key from the environment.</summary>
    /// <param name="name">Name of the variable; null for no key.</param>
    /// <param name="variable">Gives environment variables.</param>
    /// <param name="setting">The setting that names it, for messages.</param>
    /// <returns>The key; null when none is asked for.</returns>
    /// <exception cref="ZephyrException">The variable is not set, or holds what no header can.</exception>
    public static ApiKey? Read(string? name, Func<string, string?> variable, string setting)
    {
        if (name is null)
        {
            return null;
        }

        var key = variable(name)?.Trim();
        return string.IsNullOrEmpty(key) ? throw new ZephyrException($"{setting} names the environment variable {name}, which is not set. Set it to your key, or leave {setting} out.")
            : key.Any(static unit => unit is < '!' or > '~') ? throw new ZephyrException($"The key in the environment variable {name} holds a character that no key has, such as a space or a line end. Copy it again.")
            : key.Length < 8 ? throw new ZephyrException($"The key in the environment variable {name} has fewer than eight characters, so it could not be kept out of texts. Check the variable.")
            : new ApiKey(key);
    }

    /// <summary>A text of a server without the key in it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text.</returns>
    public string Redact(string text) => text.Replace(value, Shown, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Shown;
}
