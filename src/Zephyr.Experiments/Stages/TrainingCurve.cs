using System.Text;
using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Stages;

/// <summary>Metrics of every training step as JSON lines, one object a step. Deterministic: nothing in it is read from the clock.</summary>
internal static class TrainingCurve
{
    /// <summary>Writes a curve.</summary>
    /// <param name="path">The file.</param>
    /// <param name="history">Metrics of every step, first step first.</param>
    public static void Write(string path, IReadOnlyList<IReadOnlyDictionary<string, double>> history)
    {
        using var file = File.Create(path);
        for (var i = 0; i < history.Count; i++)
        {
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteNumber("step", i + 1);
                foreach (var (name, value) in history[i])
                {
                    json.WriteNumber(name, value);
                }

                json.WriteEndObject();
            }

            file.Write("\n"u8);
        }
    }

    /// <summary>Reads a curve.</summary>
    /// <param name="path">A file written by <see cref="Write"/>.</param>
    /// <returns>Metrics of every step, first step first; <c>step</c> is among them.</returns>
    /// <exception cref="ZephyrException">A line is no such object; the message names file and line.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Read(string path)
    {
        var history = new List<IReadOnlyDictionary<string, double>>();
        foreach (var line in File.ReadLines(path, Encoding.UTF8))
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                history.Add(json.RootElement.EnumerateObject().ToDictionary(metric => metric.Name, metric => metric.Value.GetDouble(), StringComparer.Ordinal));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new ZephyrException($"{path}:{history.Count + 1}: not a line of a training curve ({error.Message}). Run the stage again with --force.", error);
            }
        }

        return history;
    }
}
