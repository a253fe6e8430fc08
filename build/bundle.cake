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
            Publish("src/Zephyr.Experiments/Zephyr.Experiments.csproj", folder.Combine("bin"));
            Publish("tests/Zephyr.Torch.Tests/Zephyr.Torch.Tests.csproj", folder.Combine("tests"));
            CopyDirectory("src/Zephyr.Torch/native", folder.Combine("native"));
            CopyDirectory("experiments", folder.Combine("experiments"));
            CopyFileToDirectory("build/bundle/build-shim.sh", folder);
            CopyFileToDirectory("build/bundle/README.md", folder);
            if (FileExists("artifacts/native/duckdb/libduckdb.so"))
            {
                CopyFileToDirectory("artifacts/native/duckdb/libduckdb.so", folder.Combine("bin"));
            }

            var archive = $"{root}/{name}.tar.gz";
            var exit = StartProcess("tar", new ProcessSettings().WithArguments(a => a
                .Append("--sort=name --owner=0 --group=0 --numeric-owner --mtime=2024-01-01 --create --gzip")
                .Append("--file").AppendQuoted(archive)
                .Append("--directory").AppendQuoted(root)
                .Append(name)));
            if (exit != 0)
            {
                throw new CakeException(exit, "The archive could not be made; see the output above.");
            }

            Information($"{archive}: {new System.IO.FileInfo(archive).Length / 1e6:0} MB");
        });

    void Publish(string project, DirectoryPath output) => DotNetPublish(project, new DotNetPublishSettings
    {
        Runtime = "linux-x64",
        SelfContained = true,
        OutputDirectory = output,
        Verbosity = DotNetVerbosity.Minimal,
    });
}
