using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench publish</c>: how long a stage with many small files takes to publish, durably.</summary>
public static class BenchPublishCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("publish", "Publish a stage of many small files into a store of its own beside the real one: hashing, forcing to the disk, moving in, manifest. Writing the files is not counted.");
        var files = new Option<int>("--files") { Description = "number of files", DefaultValueFactory = _ => 10_000 };
        var bytes = new Option<int>("--bytes") { Description = "bytes of a file", DefaultValueFactory = _ => 1000 };
        files.Validators.Add(result =>
        {
            if (result.GetValue(files) is < 1 or > 10_000_000)
            {
                result.AddError("--files must be between 1 and 10000000");
            }
        });
        bytes.Validators.Add(result =>
        {
            if (result.GetValue(bytes) is < 16 or > 1 << 30)
            {
                result.AddError("--bytes must be between 16 and 1073741824");
            }
        });
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(files);
        command.Options.Add(bytes);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) =>
        {
            var root = Path.Combine(environment.Folders.Artifacts, "bench-publish-" + RandomNumberGenerator.GetHexString(8, lowercase: true));
            var store = new ArtifactStore(new StoreFolders(root), new PhysicalFileSystem());
            try
            {
                var seconds = Publish(store, parsed.GetValue(files), parsed.GetValue(bytes), cancellationToken);
                if (parsed.GetValue(json))
                {
                    JsonOutput.Write(environment.Out, new JsonObject { ["files"] = parsed.GetValue(files), ["bytes"] = parsed.GetValue(bytes), ["seconds"] = seconds });
                }
                else
                {
                    environment.Out.WriteLine($"{parsed.GetValue(files)} files in {seconds:0.00} s");
                }
            }
            finally
            {
                store.Files.DeleteFolder(root);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static double Publish(ArtifactStore store, int files, int bytes, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(store.Folders.Work, "output");
        store.Files.CreateFolder(folder);
        var content = new byte[bytes];
        for (var i = 0; i < files; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Encoding.ASCII.GetBytes($"{i:D12}", content);
            store.Files.Write(Path.Combine(folder, $"{i:D8}"), content);
        }

        var key = new StageKey("bench", 1, 0, [], [], new Dictionary<string, string>(StringComparer.Ordinal));
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        var watch = Stopwatch.StartNew();
        store.Publish(
            folder,
            outputs => new StageManifest(
                key, outputs, "bench", "", "", DateTimeOffset.UnixEpoch, 0,
                new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal), none),
            "bench",
            cancellationToken);
        return watch.Elapsed.TotalSeconds;
    }
}
