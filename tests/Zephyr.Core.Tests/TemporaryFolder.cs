namespace Zephyr.Core.Tests;

/// <summary>An empty folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("zephyr-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
