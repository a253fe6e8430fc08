using Zephyr.Torch.Interop;

namespace Zephyr.Torch.Tests.Interop;

public sealed class NativeLoaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("zephyr-loader-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_failed_load_lists_every_attempt_and_what_to_install()
    {
        var empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;
        var broken = Directory.CreateDirectory(Path.Combine(folder, "broken")).FullName;
        File.WriteAllText(Path.Combine(broken, "libzephyr_torch.so"), "not a library");

        var error = Should.Throw<NativeLibraryException>(() => NativeLoader.Load([empty, broken]));

        error.Attempts.Count.ShouldBe(2);
        error.Message.ShouldContain(Path.Combine(empty, "libzephyr_torch.so") + ": no such file");
        error.Message.ShouldContain(Path.Combine(broken, "libzephyr_torch.so") + ": ");
        error.Message.ShouldContain("apt-get install -y libtorch-dev libopenblas0-pthread");
        error.Message.ShouldContain("ZEPHYR_LIBTORCH");
    }
}
