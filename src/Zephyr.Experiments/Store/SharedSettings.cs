using System.Runtime.InteropServices;
using System.Text.Json;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store;

/// <summary>
/// Settings of keys read from JSON, each text of them once: the stages of a large pipeline and the members of a sweep have mostly the same.
/// Texts are compared in full, so what comes out is what parsing would give. For any number of threads.
/// </summary>
public sealed class SharedSettings
{
    // Beyond that stages have little in common, and remembering more would only cost memory.
    private const int Most = 256;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Entry> _known = [];

    /// <summary>Reads settings.</summary>
    /// <param name="settings">An array of <c>{key, value, origin}</c>.</param>
    /// <returns>The settings, possibly those given before for the same text.</returns>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    /// <exception cref="InvalidOperationException">A member is of another kind.</exception>
    public KeySettings Read(JsonElement settings)
    {
        var text = JsonMarshal.GetRawUtf8Value(settings);
        var hash = default(HashCode);
        hash.AddBytes(text);
        var code = hash.ToHashCode();
        lock (_lock)
        {
            if (_known.TryGetValue(code, out var entry) && text.SequenceEqual(entry.Text))
            {
                return entry.Settings;
            }
        }

        var read = KeyJson.Settings(settings);
        lock (_lock)
        {
            if (_known.Count < Most)
            {
                _known[code] = new Entry(text.ToArray(), read);
            }
        }

        return read;
    }

    private sealed record Entry(byte[] Text, KeySettings Settings);
}
