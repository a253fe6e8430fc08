namespace Zephyr.Experiments.Judging;

/// <summary>Names of files after models.</summary>
internal static class FileNames
{
    /// <summary>The name of a model as a file name: everything but letters, digits, dot, minus and underscore becomes an underscore.</summary>
    /// <param name="model">The model, such as <c>org/name</c>.</param>
    /// <returns>The name; never one that leads to another folder.</returns>
    public static string Of(string model)
    {
        var plain = string.Concat(model.Select(static unit => char.IsAsciiLetterOrDigit(unit) || unit is '.' or '-' or '_' ? unit : '_'));
        return plain.TrimStart('.') is { Length: > 0 } name ? name : "model";
    }
}
