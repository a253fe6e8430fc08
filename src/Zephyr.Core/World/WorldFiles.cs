using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Zephyr.Core.Chat;

namespace Zephyr.Core.World;

/// <summary>The files of a synthetic world: UTF-8 JSON lines with LF, the same bytes for the same world.</summary>
public static class WorldFiles
{
    /// <summary>dSFT conversations: each training prompt with its best answer.</summary>
    public const string Sft = "sft.jsonl";

    /// <summary>dDPO pairs of the training prompts that are no ties.</summary>
    public const string Preferences = "preferences.jsonl";

    /// <summary>All four scored answers to each training prompt, in the shape of UltraFeedback.</summary>
    public const string Ratings = "ratings.jsonl";

    /// <summary>Held-out prompts with their ground truth.</summary>
    public const string HeldOut = "heldout.jsonl";

    /// <summary>Held-out conversations with the reference answer, for an evaluation loss.</summary>
    public const string HeldOutSft = "heldout_sft.jsonl";

    /// <summary>Held-out preference pairs.</summary>
    public const string HeldOutPreferences = "heldout_preferences.jsonl";

    /// <summary>Figures about the world.</summary>
    public const string Statistics = "statistics.json";

    private static readonly WorldJsonContext Json = new(new JsonSerializerOptions(WorldJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private static readonly WorldJsonContext Indented = new(new JsonSerializerOptions(WorldJsonContext.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes all files of a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="folder">An existing folder.</param>
    public static void Write(SyntheticWorld world, string folder)
    {
        ArgumentNullException.ThrowIfNull(world);
        WriteLines(Path.Combine(folder, Sft), world.Train.Select(Conversation), Json.ConversationLine);
        WriteLines(Path.Combine(folder, Preferences), world.Train.Select(Pair).OfType<PairLine>(), Json.PairLine);
        WriteLines(Path.Combine(folder, Ratings), world.Train.Select(Rating), Json.RatingLine);
        WriteLines(Path.Combine(folder, HeldOut), world.HeldOut.Select(row => row.Prompt), Json.WorldPrompt);
        WriteLines(Path.Combine(folder, HeldOutSft), world.HeldOut.Select(row => Conversation(row.Prompt, row.Prompt.Reference)), Json.ConversationLine);
        WriteLines(Path.Combine(folder, HeldOutPreferences), world.HeldOut.Select(Pair).OfType<PairLine>(), Json.PairLine);
        File.WriteAllText(Path.Combine(folder, Statistics), JsonSerializer.Serialize(world.Statistics, Indented.WorldStatistics) + "\n");
    }

    /// <summary>Reads held-out prompts.</summary>
    /// <param name="path">A file written as <see cref="HeldOut"/>.</param>
    /// <returns>The prompts in file order.</returns>
    /// <exception cref="ZephyrException">A line is not a held-out prompt; the message names file, line and column.</exception>
    public static IReadOnlyList<WorldPrompt> ReadHeldOut(string path) => ReadLines(path, Json.WorldPrompt, "a held-out prompt");

    /// <summary>Reads the figures about a world.</summary>
    /// <param name="path">A file written as <see cref="Statistics"/>.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">The file is not such a file.</exception>
    public static WorldStatistics ReadStatistics(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), Json.WorldStatistics)
                ?? throw new ZephyrException($"{path}:1:1: null in place of figures about the world; make the data again.");
        }
        catch (JsonException error)
        {
            throw Broken(path, (error.LineNumber ?? 0) + 1, error, "figures about the world");
        }
    }

    private static ConversationLine Conversation(WorldRow row) => Conversation(row.Prompt, row.Chosen.Text);

    private static ConversationLine Conversation(WorldPrompt prompt, string answer) =>
        new(prompt.Id, prompt.Skill, [.. prompt.Messages, new ChatMessage(ChatRoles.Assistant, answer)]);

    private static PairLine? Pair(WorldRow row) => row.ToPair() is not { } pair
        ? null
        : new PairLine(row.Prompt.Id, row.Prompt.Skill, pair.Prompt, pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected);

    private static RatingLine Rating(WorldRow row) => new(
        row.Prompt.Id,
        row.Prompt.Skill,
        row.Prompt.Messages,
        [.. row.Answers.Select(answer => new CompletionRating(answer.Teacher, answer.Text, answer.Scores))]);

    private static void WriteLines<T>(string path, IEnumerable<T> lines, JsonTypeInfo<T> type)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        foreach (var line in lines)
        {
            writer.WriteLine(JsonSerializer.Serialize(line, type));
        }
    }

    private static List<T> ReadLines<T>(string path, JsonTypeInfo<T> type, string what)
    {
        var rows = new List<T>();
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                rows.Add(JsonSerializer.Deserialize(line, type)
                    ?? throw new ZephyrException($"{path}:{rows.Count + 1}:1: null in place of {what}; make the data again."));
            }
            catch (JsonException error)
            {
                throw Broken(path, rows.Count + 1, error, what);
            }
        }

        return rows;
    }

    private static ZephyrException Broken(string path, long line, JsonException error, string what) =>
        new($"{path}:{line}:{(error.BytePositionInLine ?? 0) + 1}: not {what} ({error.Message}); make the data again.", error);
}

/// <summary>A line of a conversations file.</summary>
internal sealed record ConversationLine(string Id, string Skill, IReadOnlyList<ChatMessage> Messages);

/// <summary>A line of a preferences file.</summary>
internal sealed record PairLine(
    string Id, string Skill, IReadOnlyList<ChatMessage> Prompt, string Chosen, string Rejected, double? ScoreChosen, double? ScoreRejected);

/// <summary>A line of the ratings file.</summary>
internal sealed record RatingLine(string Id, string Skill, IReadOnlyList<ChatMessage> Prompt, IReadOnlyList<CompletionRating> Completions);

/// <summary>One completion of a line of the ratings file.</summary>
internal sealed record CompletionRating(string Model, string Response, RubricScores Annotations);

/// <summary>Source-generated JSON of the world's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ConversationLine))]
[JsonSerializable(typeof(PairLine))]
[JsonSerializable(typeof(RatingLine))]
[JsonSerializable(typeof(WorldPrompt))]
[JsonSerializable(typeof(WorldStatistics))]
internal sealed partial class WorldJsonContext : JsonSerializerContext;
