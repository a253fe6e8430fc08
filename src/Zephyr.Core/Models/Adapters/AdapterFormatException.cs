namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// The one exception that reading an adapter folder raises for the content of its configuration, or for tensors that do not fit it
/// and the model. The message names the file and the field or tensor.
/// </summary>
public sealed class AdapterFormatException : ZephyrException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong in it and what to do next.</param>
    public AdapterFormatException(string path, string problem)
        : base($"{path}: {problem}")
    {
        Path = path;
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong in it and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public AdapterFormatException(string path, string problem, Exception innerException)
        : base($"{path}: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
