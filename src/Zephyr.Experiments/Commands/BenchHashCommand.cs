using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench hash</c>: how fast one core hashes what the store holds.</summary>
public static class BenchHashCommand
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("hash", "SHA-256 of memory on one core, or of files side by side, in gigabytes (1e9 bytes) a second.");
        var megabytes = new Option<int>("--megabytes") { Description = "how much to hash", DefaultValueFactory = _ => 512 };
        megabytes.Validators.Add(result =>
        {
            if (result.GetValue(megabytes) is < 1 or > 1_000_000)
            {
                result.AddError("--megabytes must be between 1 and 1000000");
            }
        });
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        var files = new Option<string[]>("--file") { Description = "hash this file, as an input is hashed, and not memory; may be repeated: several go side by side", DefaultValueFactory = _ => [], HelpName = "FILE" };
        command.Options.Add(megabytes);
        command.Options.Add(files);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) =>
        {
            var rate = parsed.GetValue(files) is { Length: > 0 } named ? OfFiles(named, cancellationToken) : OfMemory(parsed.GetValue(megabytes), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["gigabytes_per_second"] = rate });
            }
            else
            {
                environment.Out.WriteLine($"{rate:0.00} GB/s");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static double OfMemory(int megabytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(buffer); // the first call loads the library
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < megabytes; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer);
        }

        hash.GetHashAndReset();
        return (double)megabytes * BufferBytes / watch.Elapsed.TotalSeconds / 1e9;
    }

    private static double OfFiles(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        SHA256.HashData([]); // loads the library
        var watch = Stopwatch.StartNew();
        InputHashes.SideBySide(files, file => ContentHash.OfFile(file, cancellationToken), cancellationToken);
        return files.Sum(static file => (double)new FileInfo(file).Length) / watch.Elapsed.TotalSeconds / 1e9;
    }
}
