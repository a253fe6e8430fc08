using System.Text.Json;

namespace Zephyr.Core.Tests;

/// <summary>
/// Compares numbers with a committed <c>*.verified.json</c> beside the test. On a mismatch it writes <c>*.received.json</c>: look at the
/// difference, and where it is meant, rename it to <c>*.verified.json</c>.
/// </summary>
internal static class Snapshot
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Losses of a stage, guarded by its version.</summary>
    /// <param name="name">Name of the snapshot.</param>
    /// <param name="version">The stage's <c>Version</c> constant.</param>
    /// <param name="losses">The losses now.</param>
    /// <param name="folder">Folder of the test's source.</param>
    public static void ShouldMatch(string name, int version, double[] losses, string folder)
    {
        const double tolerance = 1e-4;
        var verified = Path.Combine(folder, name + ".verified.json");
        var received = Path.Combine(folder, name + ".received.json");
        var expected = File.Exists(verified) ? JsonSerializer.Deserialize<Losses>(File.ReadAllBytes(verified)) : null;
        var same = expected is not null
            && expected.Values.Length == losses.Length
            && expected.Values.Zip(losses).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * Math.Abs(pair.First));
        if (same && expected!.Version == version)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, JsonSerializer.Serialize(new Losses(version, losses), Layout) + "\n");
        if (expected is null)
        {
            Assert.Fail($"{verified} does not exist: look at {received} and rename it.");
        }

        if (!same && expected!.Version == version)
        {
            Assert.Fail(
                $"The losses of {name} changed while its Version is still {version}: results stored under that version would be taken for the new ones. " +
                $"If the change is meant, raise the Version constant of the trainer, run again, and rename {received} to {Path.GetFileName(verified)}.");
        }

        Assert.Fail($"The Version of {name} is {version}, its snapshot has {expected!.Version}: look at {received} and rename it to {Path.GetFileName(verified)}.");
    }

    private sealed record Losses(int Version, double[] Values);
}
