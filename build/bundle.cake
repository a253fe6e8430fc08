// One archive for a GPU host that has PyTorch and no .NET: the program and the device tests with their runtime, the shim as built here,
// and its sources with a script that builds it there against the host's own libtorch.
void RegisterBundleTask()
{
    const string root = "artifacts/bundle";
    const string name = "zephyr-linux-x64";
    var folder = Context.MakeAbsolute(Context.Directory($"{root}/{name}"));

    Task("Bundle")
        .Description("Makes one archive that runs on a Linux host with PyTorch and no .NET")
        .Does(() =>
        {
            CleanDirectory(folder);
            // One folder with one runtime for all three; the program last, so that its assemblies are those compiled ahead of time.
            Publish("tests/Zephyr.Torch.Tests/Zephyr.Torch.Tests.csproj", folder.Combine("bin"));
            Publish("tests/Zephyr.Core.Tests/Zephyr.Core.Tests.csproj", folder.Combine("bin"));
            Publish("src/Zephyr.Experiments/Zephyr.Experiments.csproj", folder.Combine("bin"));
            // What only a debugger, code coverage and test hosts of an IDE need.
            foreach (var spare in new[] { "*.pdb", "libmscordaccore.so", "libmscordbi.so", "createdump", "xunit.runner.visualstudio.testadapter.dll", "Microsoft.VisualStudio.*.dll" })
            {
                DeleteFiles($"{root}/{name}/bin/{spare}");
            }

            foreach (var spare in GetDirectories($"{root}/{name}/bin/Microsoft.CodeCoverage"))
            {
                DeleteDirectory(spare, new DeleteDirectorySettings { Recursive = true, Force = true });
            }

            DeleteFiles($"{root}/{name}/bin/*.xml");
            CopyDirectory("src/Zephyr.Torch/native", folder.Combine("native"));
            CopyDirectory("experiments", folder.Combine("experiments"));
            CopyDirectory("build/bundle", folder);
            CopyFileToDirectory("benchmarks/pytorch/train_loop.py", folder);
            CopyFileToDirectory("benchmarks/pytorch/generate_loop.py", folder);
            if (FileExists("artifacts/native/duckdb/libduckdb.so"))
            {
                CopyFileToDirectory("artifacts/native/duckdb/libduckdb.so", folder.Combine("bin"));
            }

            var archive = $"{root}/{name}.tar.xz";
            var exit = StartProcess("tar", new ProcessSettings().WithArguments(a => a
                .Append("--sort=name --owner=0 --group=0 --numeric-owner --mtime=2024-01-01 --create")
                .Append("--use-compress-program").AppendQuoted("xz -6 --threads=2")
                .Append("--file").AppendQuoted(archive)
                .Append("--directory").AppendQuoted(root)
                .Append(name)));
            if (exit != 0)
            {
                throw new CakeException(exit, "The archive could not be made; see the output above.");
            }

            // What carries files to such hosts often takes 64 MiB at most.
            var size = new System.IO.FileInfo(archive).Length;
            Information($"{archive}: {size / 1048576.0:0.0} MiB");
            if (size > 64L << 20)
            {
                throw new CakeException($"{archive} is larger than 64 MiB; look at what came into {folder}.");
            }
        });

    void Publish(string project, DirectoryPath output) => DotNetPublish(project, new DotNetPublishSettings
    {
        Runtime = "linux-x64",
        SelfContained = true,
        OutputDirectory = output,
        MSBuildSettings = new DotNetMSBuildSettings().WithProperty("DebugType", "none"),
        Verbosity = DotNetVerbosity.Minimal,
    });
}
