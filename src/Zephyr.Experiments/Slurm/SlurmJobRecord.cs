using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Json;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Slurm;

/// <summary>
/// The one job that may work at a stage, in the stage's private folder. It is written whole before sbatch is called and again with the
/// job's number, so whoever comes next finds the job, whenever the process that submitted it died. It is gone once nothing is under way.
/// </summary>
/// <param name="Submission">16 hexadecimal digits that no other submission has. A job that is not of this submission ends without working.</param>
/// <param name="Name">Name of the job, with the submission in it.</param>
/// <param name="Attempt">1 for the first job of this stage, 2 after it had to be submitted again.</param>
/// <param name="Job">Slurm's number; null while nobody knows whether there is a job.</param>
internal sealed record SlurmJobRecord(string Submission, string Name, int Attempt, string? Job)
{
    private const string FileName = "job.json";

    /// <summary>Whether the run that followed the job cancelled it: its end says nothing against submitting the stage again.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Folder of everything about jobs in a stage's private folder.</summary>
    /// <param name="work">The private folder.</param>
    /// <returns>The path.</returns>
    public static string FolderOf(string work) => Path.Combine(work, "slurm");

    /// <summary>Folder of this submission: request, messages, log, result.</summary>
    /// <param name="work">The stage's private folder.</param>
    /// <returns>The path.</returns>
    public SlurmJobFolder Folder(string work) => new(Path.Combine(FolderOf(work), Submission));

    /// <summary>Reads the record of a stage.</summary>
    /// <param name="work">The stage's private folder.</param>
    /// <returns>The record; null when there is none.</returns>
    /// <exception cref="ZephyrException">The file is damaged.</exception>
    public static SlurmJobRecord? Find(string work)
    {
        var path = Path.Combine(FolderOf(work), FileName);
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path));
            return new SlurmJobRecord((string)json.Member("submission")!, (string)json.Member("name")!, (int)json.Member("attempt"), (string?)json!["job"])
            {
                IsCancelled = (bool)json.Member("cancelled"),
            };
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw new ZephyrException($"{path}, which names the Slurm job of this stage, is damaged. See with squeue --me that no job of the stage runs, then remove the file.", damaged);
        }
    }

    /// <summary>A new submission.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="attempt">Its number.</param>
    /// <param name="id">At least 16 hexadecimal digits by chance.</param>
    /// <returns>The record, without a job.</returns>
    public static SlurmJobRecord New(string stage, int attempt, string id) => new(id[..16], $"zephyr-{stage}-{id[..16]}", attempt, null);

    /// <summary>Writes the record whole.</summary>
    /// <param name="store">The store.</param>
    /// <param name="work">The stage's private folder.</param>
    /// <returns>This record.</returns>
    public SlurmJobRecord Write(ArtifactStore store, string work)
    {
        store.WriteWhole(Path.Combine(FolderOf(work), FileName), Encoding.UTF8.GetBytes(new JsonObject
        {
            ["submission"] = Submission,
            ["name"] = Name,
            ["attempt"] = Attempt,
            ["job"] = Job,
            ["cancelled"] = IsCancelled,
        }.ToJsonString()));
        return this;
    }

    /// <summary>Removes the record: nothing is under way.</summary>
    /// <param name="store">The store.</param>
    /// <param name="work">The stage's private folder.</param>
    public static void Drop(ArtifactStore store, string work) => store.Files.DeleteFile(Path.Combine(FolderOf(work), FileName));

    /// <summary>The job in words.</summary>
    /// <returns>Its number, or its name while that is all that is known.</returns>
    public override string ToString() => Job is null ? $"Slurm job {Name}" : string.Create(CultureInfo.InvariantCulture, $"Slurm job {Job}");
}

/// <summary>Files of one submission, written on both sides of the shared file system.</summary>
/// <param name="Path">The folder.</param>
internal sealed record SlurmJobFolder(string Path)
{
    /// <summary>What the job is asked for; written here.</summary>
    public string Request => System.IO.Path.Combine(Path, "request.json");

    /// <summary>The script given to sbatch; written here.</summary>
    public string Script => System.IO.Path.Combine(Path, "job.sh");

    /// <summary>What the stage tells, one JSON object a line; the node appends.</summary>
    public string Messages => System.IO.Path.Combine(Path, "messages.jsonl");

    /// <summary>What the job prints, by Slurm.</summary>
    public string Log => System.IO.Path.Combine(Path, "job.log");

    /// <summary>How the stage ended; written whole by the node, last of all.</summary>
    public string End => System.IO.Path.Combine(Path, "end.json");

    /// <summary>Where the stage writes its output. Each submission has a folder of its own, so that no job left over can touch a result.</summary>
    public string Output => System.IO.Path.Combine(Path, "output");
}
