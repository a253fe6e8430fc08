using System.Text.RegularExpressions;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// A prompt that compares two outputs, of an evaluator of alpaca_eval: messages between <c>&lt;|im_start|&gt;role</c> and <c>&lt;|im_end|&gt;</c> with the
/// places <c>{instruction}</c>, <c>{output_1}</c> and <c>{output_2}</c>. Messages are told apart before outputs are put in, so that an output cannot
/// add one.
/// </summary>
public sealed partial class PairPrompt
{
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>";
    private static readonly string[] s_places = ["instruction", "output_1", "output_2"];
    private readonly IReadOnlyList<ChatMessage> _messages;
    private readonly IReadOnlyList<string> _order;

    private PairPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> order) => (_messages, _order) = (messages, order);

    /// <summary>Reads a prompt.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ZephyrException">The file cannot be read, has no messages, or not each place once.</exception>
    public static PairPrompt ReadFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the prompt cannot be read: {failure.Message}", failure);
        }

        if (!text.StartsWith(Start, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal))
        {
            throw new ZephyrException($"{path}: a prompt of a chat model begins with {Start} and ends with {End}; this one does not");
        }

        var places = Places().Matches(text).Select(static match => match.Groups["place"].Value).ToList();
        if (!places.Order(StringComparer.Ordinal).SequenceEqual(s_places, StringComparer.Ordinal))
        {
            throw new ZephyrException($"{path}: a prompt has the places {string.Join(", ", s_places.Select(static place => $"{{{place}}}"))} once each; this one has {(places.Count == 0 ? "none" : string.Join(", ", places.Select(static place => $"{{{place}}}")))}");
        }

        return new PairPrompt([.. text.Split(Start).Skip(1).Select(part => Message(path, part))], places);
    }

    /// <summary>Puts an instruction and two outputs in. As in alpaca_eval each place is filled where it stands first when its turn comes, in the order of the places.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="first">The output that the judge sees first.</param>
    /// <param name="second">The output that it sees second.</param>
    /// <returns>The messages.</returns>
    public IReadOnlyList<ChatMessage> Fill(string instruction, string first, string second)
    {
        var contents = _messages.Select(static message => message.Content).ToArray();
        foreach (var place in _order)
        {
            var value = place == s_places[0] ? instruction : place == s_places[1] ? first : second;
            for (var i = 0; i < contents.Length; i++)
            {
                if (contents[i].IndexOf($"{{{place}}}", StringComparison.Ordinal) is >= 0 and var at)
                {
                    contents[i] = string.Concat(contents[i].AsSpan(0, at), value, contents[i].AsSpan(at + place.Length + 2));
                    break;
                }
            }
        }

        return [.. _messages.Select((message, i) => message with { Content = contents[i].Trim() })];
    }

    private static ChatMessage Message(string path, string part)
    {
        var line = part.IndexOf('\n', StringComparison.Ordinal);
        var end = part.IndexOf(End, StringComparison.Ordinal);
        var role = line < 0 ? "" : part[..line].Trim();
        return role is ChatRoles.System or ChatRoles.User or ChatRoles.Assistant && end > line
            ? new ChatMessage(role, part[(line + 1)..end].Trim())
            : throw new ZephyrException($"{path}: a message is {Start}, its role (system, user or assistant), a line end, its text and {End}; this is none: {part[..Math.Min(part.Length, 40)].Trim()}");
    }

    [GeneratedRegex(@"\{(?<place>[^ \s]+?)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Places();
}
