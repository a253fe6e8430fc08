using System.Globalization;
using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;

namespace Zephyr.Core.Feedback;

/// <summary>
/// Writes feedback in the formats that other tools know: raw UltraFeedback with every completion and rating, and ultrafeedback_binarized with
/// pairs. The same rows give the same bytes. Dispose it to end the file.
/// </summary>
/// <param name="path">The file, written anew.</param>
public sealed class UltraFeedbackWriter(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);

    /// <summary>Writes a row of raw UltraFeedback. A prompt of several messages is told in full as <c>prompt</c> besides <c>instruction</c>, which is the last turn.</summary>
    /// <param name="rated">The prompt with its completions.</param>
    public void Write(RatedPrompt rated)
    {
        ArgumentNullException.ThrowIfNull(rated);
        WriteRow(json =>
        {
            json.WriteString("source", rated.Prompt.Source);
            json.WriteString("instruction", rated.Prompt.Messages[^1].Content);
            if (rated.Prompt.Messages.Count > 1)
            {
                JsonLines.WriteMessages(json, "prompt", rated.Prompt.Messages);
            }

            json.WriteStartArray("models");
            foreach (var completion in rated.Completions)
            {
                json.WriteStringValue(completion.Teacher);
            }

            json.WriteEndArray();
            json.WriteStartArray("completions");
            foreach (var completion in rated.Completions)
            {
                Write(json, completion);
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Writes a row of ultrafeedback_binarized, with the prompt's <c>source</c> as raw UltraFeedback has it.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="pair">A pair of it.</param>
    public void Write(FeedbackPrompt prompt, PreferencePair pair)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(pair);
        IReadOnlyList<ChatMessage> chosen = [.. pair.Prompt, new(ChatRoles.Assistant, pair.Chosen)];
        WriteRow(json =>
        {
            json.WriteString("prompt", pair.Prompt[^1].Content);
            json.WriteString("prompt_id", prompt.Id);
            json.WriteString("source", prompt.Source);
            JsonLines.WriteMessages(json, "chosen", chosen);
            JsonLines.WriteMessages(json, "rejected", [.. pair.Prompt, new(ChatRoles.Assistant, pair.Rejected)]);
            JsonLines.WriteMessages(json, "messages", chosen);
            json.WriteNumber("score_chosen", pair.ScoreChosen!.Value);
            json.WriteNumber("score_rejected", pair.ScoreRejected!.Value);
        });
    }

    /// <summary>Writes a conversation for dSFT.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="answer">The answer.</param>
    public void Write(FeedbackPrompt prompt, string answer)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        WriteRow(json =>
        {
            json.WriteString("prompt_id", prompt.Id);
            json.WriteString("source", prompt.Source);
            JsonLines.WriteMessages(json, "messages", [.. prompt.Messages, new(ChatRoles.Assistant, answer)]);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Write(Utf8JsonWriter json, JudgedCompletion completion)
    {
        var judgment = completion.Judgment;
        json.WriteStartObject();
        json.WriteStartObject("annotations");
        WriteAspect(json, "instruction_following", judgment.InstructionFollowing);
        WriteAspect(json, "honesty", judgment.Honesty);
        WriteAspect(json, "truthfulness", judgment.Truthfulness);
        WriteAspect(json, "helpfulness", judgment.Helpfulness);
        json.WriteEndObject();
        json.WriteString("custom_system_prompt", completion.SystemMessage);
        json.WriteString("critique", judgment.Overall.Rationale);
        json.WriteNumber("fine-grained_score", judgment.Mean);
        json.WriteString("model", completion.Teacher);
        json.WriteNumber("overall_score", judgment.Overall.Rating);
        json.WriteString("principle", JsonNamingPolicy.SnakeCaseLower.ConvertName(completion.Principle.ToString()));
        json.WriteString("response", completion.Text);
        json.WriteEndObject();
    }

    // Ratings are texts in the original, because some of them are N/A.
    private static void WriteAspect(Utf8JsonWriter json, string name, AspectRating aspect)
    {
        json.WriteStartObject(name);
        json.WriteString("Rating", aspect.Rating.ToString(CultureInfo.InvariantCulture));
        json.WriteString("Rationale", aspect.Rationale);
        json.WriteEndObject();
    }

    private void WriteRow(Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(_file, JsonLines.WriterOptions))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        _file.WriteByte((byte)'\n');
    }
}
