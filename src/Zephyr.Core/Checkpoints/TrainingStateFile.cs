using System.Text.Json;

namespace Zephyr.Core.Checkpoints;

/// <summary>The JSON form of <see cref="TrainingState"/>.</summary>
internal static class TrainingStateFile
{
    internal const string FileName = "state.json";

    private const int FormatVersion = 1;

    internal static void Write(string path, TrainingState state) => DurableStorage.WriteFile(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("version", FormatVersion);
        json.WriteString("identity", state.Identity);
        json.WriteNumber("step", state.Step);
        json.WriteNumber("tokens", state.Tokens);
        json.WriteStartArray("history");
        foreach (var metrics in state.History)
        {
            json.WriteStartObject();
            foreach (var (name, value) in metrics)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    internal static TrainingState Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != FormatVersion)
            {
                throw new ZephyrException($"{path}: checkpoint format {root.GetProperty("version")} is not {FormatVersion}. Delete the checkpoint folder to start this stage again.");
            }

            var history = new List<IReadOnlyDictionary<string, double>>();
            foreach (var item in root.GetProperty("history").EnumerateArray())
            {
                var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
                foreach (var metric in item.EnumerateObject())
                {
                    metrics.Add(metric.Name, metric.Value.GetDouble());
                }

                history.Add(metrics);
            }

            return new TrainingState(
                root.GetProperty("identity").GetString()!, root.GetProperty("step").GetInt32(), root.GetProperty("tokens").GetInt64(), history);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ZephyrException($"{path}: the checkpoint's state cannot be read ({exception.Message}).", exception);
        }
    }
}
