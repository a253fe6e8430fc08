using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>A folder of its own in which the built program runs a very small version of the default experiment.</summary>
public sealed class RecipeRepository : IDisposable
{
    /// <summary>The default experiment with everything small: 240 prompts, a model of some 30,000 parameters, some 20 steps.</summary>
    public const string Mini = """
        name: mini
        seed: 7
        model:
          source: random
          dtype: bfloat16
          threads: 1
          architecture: {hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256}
        tokenizer: {source: train, vocab_size: 400}
        data: {source: world, world: {prompts: 240, held_out_prompts: 30}}
        tokenize: {max_length: 192, max_preference_length: 192, max_prompt_length: 128}
        dsft: {learning_rate: 3.0e-3, epochs: 2, batch_size: 4, sequence_length: 192, checkpoint_every: 3}
        ddpo: {learning_rate: 1.0e-3, epochs: 1, batch_size: 8, checkpoint_every: 3, without_dsft: true}
        evaluate: {judge: rubric, max_new_tokens: 8}
        """;

    /// <summary>
    /// The program as users start it, compiled ahead of time, which every build of these tests builds too; else the copy beside the tests.
    /// </summary>
    public static string Zephyr { get; } = new[]
    {
        Path.Combine(Source(), "artifacts", "bin", "Zephyr.Experiments", "release", "zephyr"),
        Path.Combine(AppContext.BaseDirectory, "zephyr"),
    }.First(File.Exists);

    /// <summary>Makes the folder.</summary>
    public RecipeRepository()
    {
        Folder = Directory.CreateTempSubdirectory("zephyr-recipe-").FullName;
        File.WriteAllText(Path.Combine(Folder, "Zephyr.slnx"), "");
        Directory.CreateDirectory(Path.Combine(Folder, "experiments"));
        File.WriteAllText(Path.Combine(Folder, "experiments", "mini.yaml"), Mini);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Environment variables of the program besides those of this process.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal) { ["MLFLOW_TRACKING_URI"] = "" };

    /// <summary>
    /// Starts the program, with the interrupt signal as a terminal hands it on: what runs these tests in the background
    /// may ignore it, and the program would inherit that.
    /// </summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Zephyr, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs the program to its end.</summary>
    public (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Runs a verb that must succeed and reads its JSON.</summary>
    public JsonElement Json(params string[] arguments)
    {
        var (exitCode, output, error) = Run([.. arguments, "--json"]);
        exitCode.ShouldBe(0, error);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    /// <summary>Status of every stage of a plan or run, by name.</summary>
    public static Dictionary<string, string> Statuses(JsonElement document) => document.GetProperty("stages").EnumerateArray()
        .ToDictionary(stage => stage.GetProperty("name").GetString()!, stage => stage.GetProperty("status").GetString()!);

    /// <summary>SHA-256 of a published file.</summary>
    public string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, "artifacts", "experiments", "mini", path))));

    /// <summary>Starts a run and kills it, without warning, as soon as a checkpoint of a stage is on the disk.</summary>
    public void KillAfterCheckpoint(string stage, params string[] arguments)
    {
        using var process = Start(["run", stage, .. arguments]);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var work = Path.Combine(Folder, "artifacts", "store", "work");
        while (!process.HasExited && !HasCheckpoint(work))
        {
            Thread.Sleep(5);
        }

        process.HasExited.ShouldBeFalse($"the {stage} stage ended before it could be killed");
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Whether a stage below a folder has written a checkpoint.</summary>
    public static bool HasCheckpoint(string work)
    {
        try
        {
            return Directory.Exists(work) && Directory.EnumerateFiles(work, "SHA256SUMS", SearchOption.AllDirectories).Any();
        }
        catch (DirectoryNotFoundException)
        {
            // A folder was published away while it was listed: there is no checkpoint in it.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Folder of the repository these tests belong to.</summary>
    public static string Source()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Zephyr.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Zephyr.slnx above {AppContext.BaseDirectory}.");
    }
}
