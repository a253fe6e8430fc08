namespace Zephyr.Core.Checkpoints;

/// <summary>
/// The one exception that reading a safetensors file raises for its content: a malformed header, a damaged body, or a tensor
/// that is missing or has another type or shape than asked for. The message names the file and the tensor.
/// </summary>
public sealed class SafetensorsFormatException : ZephyrException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong in it, with the tensor or the byte position.</param>
    public SafetensorsFormatException(string path, string problem)
        : base($"{path}: {problem}. The file is damaged or no safetensors file: fetch or write it again.")
    {
        Path = path;
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong in it, with the tensor or the byte position.</param>
    /// <param name="innerException">The cause.</param>
    public SafetensorsFormatException(string path, string problem, Exception innerException)
        : base($"{path}: {problem}. The file is damaged or no safetensors file: fetch or write it again.", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
