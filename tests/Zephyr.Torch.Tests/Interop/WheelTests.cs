using System.Diagnostics;

namespace Zephyr.Torch.Tests.Interop;

/// <summary>How the shim finds its way in the folder of a PyTorch wheel with CUDA, on a host that has neither CUDA's compiler nor its headers.</summary>
public sealed class WheelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-wheel-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, 1, 0, "-std=c++17")]
    [InlineData(2, 6, 1, "-std=c++20")]
    [InlineData(2, 14, null, "-std=c++20")]
    public void A_wheel_with_cuda_is_configured_without_cudas_toolkit(int major, int minor, int? abi, string standard)
    {
        var (exit, output) = Configure(Wheel(major, minor, abi));
        exit.ShouldBe(0, output);
        output.ShouldContain($"libtorch {major}.{minor} in {_folder}/torch/lib");
        var target = Path.Combine(_folder, "build", "CMakeFiles", "zephyr_torch.dir");
        var link = File.ReadAllText(Path.Combine(target, "link.txt"));
        link.ShouldContain($"-L{_folder}/torch/lib"); // by name and not by path only because these files are empty
        foreach (var library in (string[])["-ltorch ", "-ltorch_cpu ", "-ltorch_cuda ", "-lc10 ", "-lc10_cuda ", "gomp-a34b3233"])
        {
            link.ShouldContain(library);
        }

        link.ShouldContain($"-rpath,\"\\$ORIGIN:{_folder}/torch/lib\"", customMessage: "found again at run time beside PyTorch, and nothing of CUDA by name");
        link.ShouldNotContain("cudart");
        var flags = File.ReadAllText(Path.Combine(target, "flags.make"));
        flags.ShouldContain(standard);
        flags.ShouldContain("-DZT_HAS_CUDA=1");
        flags.Contains("-DZT_HAS_DEVICE_ALLOCATOR=1", StringComparison.Ordinal).ShouldBe(minor >= 9);
        if (abi is null)
        {
            flags.ShouldNotContain("_GLIBCXX_USE_CXX11_ABI");
        }
        else
        {
            flags.ShouldContain($"-D_GLIBCXX_USE_CXX11_ABI={abi}");
        }
    }

    [Fact]
    public void A_folder_without_libtorch_is_named_with_what_to_do()
    {
        var (exit, output) = Configure(Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName);
        exit.ShouldNotBe(0);
        output.ShouldContain("libtorch not found");
        output.ShouldContain(Path.Combine(_folder, "empty"));
    }

    // The layout of `pip install torch`: all that is looked at before anything is compiled.
    private string Wheel(int major, int minor, int? abi)
    {
        var torch = Path.Combine(_folder, "torch");
        void Write(string path, string text)
        {
            var full = Path.Combine(torch, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }

        Write("include/ATen/ATen.h", "");
        Write("include/ATen/Config.h", "#define AT_PARALLEL_OPENMP 1\n");
        var numbers = $"#define TORCH_VERSION_MAJOR {major}\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH 0\n";
        Write("include/torch/csrc/api/include/torch/version.h", minor < 10 ? numbers : "#include <torch/headeronly/version.h>\n");
        Write("include/torch/headeronly/version.h", minor < 10 ? "" : numbers);
        Write("include/c10/core/CachingDeviceAllocator.h", minor >= 9 ? "inline DeviceAllocator* getDeviceAllocator(const DeviceType& t);\n" : "namespace c10 {}\n");
        foreach (var library in (string[])["libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so", "libgomp-a34b3233.so.1"])
        {
            Write($"lib/{library}", "");
        }

        // The package's own files ask for CUDA's compiler: taking them in would end the configuration here.
        var abiLine = abi is null ? "" : $"set(TORCH_CXX_FLAGS \"-D_GLIBCXX_USE_CXX11_ABI={abi}\")\n";
        Write("share/cmake/Torch/TorchConfig.cmake", $"find_package(Caffe2 REQUIRED)\n{abiLine}");
        Write("share/cmake/Caffe2/Caffe2Config.cmake", "enable_language(CUDA)\nmessage(FATAL_ERROR \"Your installed Caffe2 version uses CUDA but I cannot find the CUDA libraries.\")\n");
        return torch;
    }

    private (int Exit, string Output) Configure(string libtorch)
    {
        var source = Sources();
        Assert.SkipWhen(source is null || !OnPath("cmake") || !OnPath("c++"), "no sources, CMake or compiler here");
        var start = new ProcessStartInfo("cmake") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-G", "Unix Makefiles", "-S", source!, "-B", Path.Combine(_folder, "build"), $"-DZEPHYR_LIBTORCH={libtorch}"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["CUDACXX"] = "/nonexistent/nvcc";
        start.Environment["CUDA_HOME"] = "/nonexistent";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    // In the repository, or beside the program in the bundle for hosts without .NET.
    private static string? Sources()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var place in (string[])["src/Zephyr.Torch/native", "native"])
            {
                if (File.Exists(Path.Combine(folder.FullName, place, "CMakeLists.txt")))
                {
                    return Path.Combine(folder.FullName, place);
                }
            }
        }

        return null;
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
