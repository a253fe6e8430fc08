using System.Collections;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>
/// The settings of a key with their canonical text, which is made once: stages of one kind and members of a sweep share most of their
/// settings, and each of them is hashed.
/// </summary>
/// <param name="settings">The settings.</param>
public sealed class KeySettings(IReadOnlyList<KeySetting> settings) : IReadOnlyList<KeySetting>
{
    private readonly Lazy<byte[]> _canonical = new(() => Write(settings));

    /// <inheritdoc />
    public int Count => settings.Count;

    /// <inheritdoc />
    public KeySetting this[int index] => settings[index];

    /// <summary>Settings as a canonical JSON object: names in ordinal order, values as they stand in the key.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>UTF-8 bytes.</returns>
    public static ReadOnlySpan<byte> Canonical(IReadOnlyList<KeySetting> settings) => settings is KeySettings known ? known._canonical.Value : Write(settings);

    /// <inheritdoc />
    public IEnumerator<KeySetting> GetEnumerator() => settings.GetEnumerator();

    /// <inheritdoc />
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static byte[] Write(IReadOnlyList<KeySetting> settings) => CanonicalJson.Bytes(writer =>
    {
        writer.WriteStartObject();
        foreach (var setting in settings.OrderBy(static setting => setting.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(setting.Key);
            writer.WriteRawValue(setting.Value, skipInputValidation: true);
        }

        writer.WriteEndObject();
    });
}
