using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

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
        var command = new Command("hash", "SHA-256 of memory on one core, in gigabytes (1e9 bytes) a second.");
        var megabytes = new Option<int>("--megabytes") { Description = "how much to hash", DefaultValueFactory = _ => 512 };
        megabytes.Validators.Add(result =>
        {
            if (result.GetValue(megabytes) is < 1 or > 1_000_000)
            {
                result.AddError("--megabytes must be between 1 and 1000000");
            }
        });
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(megabytes);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) =>
        {
            var buffer = new byte[BufferBytes];
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(buffer); // the first call loads the library
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < parsed.GetValue(megabytes); i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer);
            }

            hash.GetHashAndReset();
            var rate = (double)parsed.GetValue(megabytes) * BufferBytes / watch.Elapsed.TotalSeconds / 1e9;
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
}
