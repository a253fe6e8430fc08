using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr verify</c>: hashes every object of the store; damaged ones go to quarantine and are made again by the next run.</summary>
public static class VerifyCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("verify", "Hash everything in the store; quarantine what is damaged. Exit code 1 when something was.");
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            var stages = 0;
            var damages = new List<(string Stage, string Damage)>();
            foreach (var path in StoredManifests.Paths(store.Folders))
            {
                stages++;
                var fingerprint = Path.GetFileNameWithoutExtension(path);
                try
                {
                    var manifest = StageManifest.Read(File.ReadAllBytes(path), fingerprint);
                    damages.AddRange(store.Verify(manifest, cancellationToken).Select(damage => ($"{manifest.Key.Stage} {fingerprint[..12]}", damage)));
                }
                catch (InvalidDataException failure)
                {
                    store.Quarantine(path);
                    damages.Add((fingerprint, $"manifest: {failure.Message}"));
                }
            }

            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["stages"] = stages,
                    ["damaged"] = new JsonArray([.. damages.Select(damage => new JsonObject { ["stage"] = damage.Stage, ["message"] = damage.Damage })]),
                });
            }
            else
            {
                damages.ForEach(damage => environment.Out.WriteLine($"{damage.Stage}: {damage.Damage}"));
                environment.Out.WriteLine(damages.Count == 0
                    ? $"{stages} stages, all whole"
                    : $"{stages} stages, {damages.Count} damaged files; the next run makes them again");
            }

            return Task.FromResult(damages.Count == 0 ? ZephyrCommandLine.Success : ZephyrCommandLine.Failure);
        });
        return command;
    }
}
