using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Configuration;

/// <summary>
/// Finds another file that describes an experiment of the same name, such as a copy whose name nobody changed: one folder shows the results
/// of both, so whoever looks there must know.
/// </summary>
/// <param name="repository">Root of the repository.</param>
internal sealed class Namesakes(string repository)
{
    /// <summary>Looks for the file that the last run of the name was read from.</summary>
    /// <param name="experiment">The experiment that is about to run.</param>
    /// <param name="record">Path of the resolved experiment (JSON) of the last run.</param>
    /// <param name="now">What is about to be written there; nothing is parsed when it is the same.</param>
    /// <returns>The other file as it was named; null when there is none, or it describes no experiment of this name any more.</returns>
    public string? Find(Experiment experiment, string record, ReadOnlySpan<byte> now)
    {
        if (!File.Exists(record) || File.ReadAllBytes(record) is var last && now.SequenceEqual(last) || FileOf(last) is not { } file)
        {
            return null;
        }

        var path = Path.GetFullPath(file, repository);
        return path != experiment.File && !IsRecord(path) && !IsRecord(experiment.File) && File.Exists(path) && Describes(path, experiment.WholeName) ? file : null;
    }

    // A resolved experiment can be run again as it is: it is the same experiment.
    private static bool IsRecord(string path) => Path.GetFileName(path) == "experiment.resolved.yaml";

    private static string? FileOf(byte[] record)
    {
        try
        {
            return (string?)JsonNode.Parse(record)?["file"];
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return null; // it is about to be written anew
        }
    }

    private bool Describes(string path, string name)
    {
        try
        {
            return new ExperimentLoader(repository, repository).Load(path, [])[0].WholeName == name;
        }
        catch (ConfigurationException)
        {
            return false; // it is no experiment now
        }
    }
}
