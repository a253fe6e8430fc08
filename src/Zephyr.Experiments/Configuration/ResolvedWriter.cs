using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Configuration;

/// <summary>Writes a resolved experiment: every setting with its value and where it came from. The YAML can be run again as it is.</summary>
public static class ResolvedWriter
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The experiment as YAML, the origin of each value in a comment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <returns>The text.</returns>
    public static string Yaml(Experiment experiment)
    {
        var text = new StringBuilder("# Every setting of this run and where it came from.\n");
        foreach (var (key, value) in Named(experiment).Entries)
        {
            Write(text, key, value, "");
        }

        return text.ToString();
    }

    /// <summary>The experiment as JSON: <c>file</c> it was read from, <c>experiment</c> with the values, <c>origins</c> by dotted name.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="repository">Root of the repository; files below it are named from there.</param>
    /// <returns>The text.</returns>
    public static string Json(Experiment experiment, string repository)
    {
        var resolved = Named(experiment);
        var below = Path.GetRelativePath(repository, experiment.File).Replace('\\', '/');
        return new JsonObject
        {
            ["file"] = below.StartsWith("../", StringComparison.Ordinal) ? experiment.File : below,
            ["experiment"] = resolved.ToJson(),
            ["origins"] = new JsonObject(resolved.Leaves().Select(leaf => KeyValuePair.Create(leaf.Key, (JsonNode?)leaf.Origin.ToString()))),
        }.ToJsonString(s_indented) + "\n";
    }

    // The name that the run has: of the file when none is set, with the values of a member of a sweep.
    private static ResolvedSection Named(Experiment experiment) => experiment.Resolved with
    {
        Entries = [.. experiment.Resolved.Entries.Select(entry => entry is { Key: "name", Value: ResolvedValue name }
            ? entry with { Value = name with { Value = experiment.Name } }
            : entry)],
    };

    private static void Write(StringBuilder text, string key, ResolvedSetting setting, string indent)
    {
        switch (setting)
        {
            case ResolvedSection section:
                text.Append($"{indent}{key}:\n");
                foreach (var (name, value) in section.Entries)
                {
                    Write(text, name, value, indent + "  ");
                }

                break;
            default:
                // JSON is YAML: lists and texts are written in it, so that no quoting rule can be got wrong.
                var value1 = setting is ResolvedValue { Value: not string } scalar ? scalar.Text : setting.ToJson()!.ToJsonString(s_oneLine);
                text.Append($"{indent}{key}: {value1}  # {setting.Origin.ToString().ReplaceLineEndings(" ")}\n");
                break;
        }
    }

    private static readonly JsonSerializerOptions s_oneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
