using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr merge</c>: a model folder with an adapter in its weights.</summary>
public static class MergeCommand
{
    private static readonly string[] Companions = [".json", ".model", ".jinja", ".txt", ".md"];

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("merge", "Write a model folder with a LoRA adapter merged into its weights, each in the type it is stored in.");
        var model = new Option<string>("--model") { Description = "the base model's folder", Required = true, HelpName = "DIR" };
        var adapter = new Option<string>("--adapter") { Description = "the adapter's folder, in PEFT's format", Required = true, HelpName = "DIR" };
        var output = new Option<string>("--output") { Description = "the folder to make; must be new or empty", Required = true, HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "print one JSON document" };
        foreach (var option in new Option[] { model, adapter, output, json })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            string Folder(Option<string> option) => Path.GetFullPath(parsed.GetRequiredValue(option), environment.CurrentFolder);
            var (source, target) = (Folder(model), Folder(output));
            if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            {
                throw new ZephyrException($"{target} is not empty. Name a new folder with --output.");
            }

            var merged = AdapterMerge.Write(source, Folder(adapter), target);
            foreach (var file in Directory.EnumerateFiles(source).Where(IsCompanion).Order(StringComparer.Ordinal))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }

            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["output"] = target, ["merged"] = merged });
            }
            else
            {
                environment.Out.WriteLine($"{merged} weights merged into {target}");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    // Configuration and tokenizer files go along; the weights are written anew, so an index of others does not.
    private static bool IsCompanion(string file) =>
        Companions.Contains(Path.GetExtension(file), StringComparer.Ordinal) && !file.EndsWith(".index.json", StringComparison.Ordinal);
}
