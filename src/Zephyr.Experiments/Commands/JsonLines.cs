using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Commands;

/// <summary>Reads one JSON value a line.</summary>
public static class JsonLines
{
    /// <summary>Reads values until the input ends; blank lines are skipped.</summary>
    /// <typeparam name="T">What a line holds.</typeparam>
    /// <param name="input">Standard input.</param>
    /// <param name="noun">What a line must hold, for messages.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>The values with their line numbers.</returns>
    /// <exception cref="ZephyrException">A line holds something else; names line and column.</exception>
    public static IEnumerable<(T Value, int Line)> Read<T>(TextReader input, string noun, CancellationToken cancellationToken)
        where T : class
    {
        for (var line = 1; input.ReadLine() is { } text; line++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (Parse<T>(text, line, noun), line);
            }
        }
    }

    private static T Parse<T>(string text, int line, string noun)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text) ?? throw new ZephyrException($"<stdin>:{line}:1: must be {noun}, not null.");
        }
        catch (JsonException failure)
        {
            throw new ZephyrException($"<stdin>:{line}:{(failure.BytePositionInLine ?? 0) + 1}: must be {noun}.", failure);
        }
    }
}
