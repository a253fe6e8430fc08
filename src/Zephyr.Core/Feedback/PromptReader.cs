using System.Security.Cryptography;
using System.Text;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;

namespace Zephyr.Core.Feedback;

/// <summary>
/// Reads prompts from data files of every supported kind: a row's <c>prompt</c> or <c>instruction</c>, else its conversation without what
/// follows the last turn of the user. Rows without a user's turn, with an empty one, longer than allowed, or met before are left out and counted.
/// </summary>
/// <param name="maxCharacters">Longest prompt in characters; 0 for no limit.</param>
/// <param name="drops">Where rows left out are counted.</param>
/// <param name="reading">What reading needs beyond the source.</param>
public sealed class PromptReader(int maxCharacters, DropCounts drops, ReadingOptions? reading = null)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _read;

    /// <summary>Reads the prompts of a source in the order of its files; prompts of sources read before are duplicates.</summary>
    /// <param name="file">The source.</param>
    /// <param name="name">Name of the source in the output, for rows that do not name their own.</param>
    /// <returns>The prompts.</returns>
    /// <exception cref="DataFormatException">The file is damaged, or a row has no prompt.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public IEnumerable<FeedbackPrompt> Read(DataFileOptions file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var row in new SourceRows(file, reading ?? ReadingOptions.Default).Read())
        {
            var messages = Messages(row);
            if (Fault(messages) is { } reason)
            {
                drops.Add(reason);
                continue;
            }

            var id = Identify(messages);
            if (!_seen.Add(id))
            {
                drops.Add(DropReason.Duplicate);
                continue;
            }

            yield return new FeedbackPrompt(id, row.Source ?? name, messages, _read++);
        }
    }

    /// <summary>
    /// Takes a sample of prompts. Which ones depends on the seed and the prompts alone: not on the order of rows or sources, and a larger
    /// sample holds the smaller one.
    /// </summary>
    /// <param name="prompts">All prompts.</param>
    /// <param name="count">How many to take; 0 takes all.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <returns>The sample, in the order of <paramref name="prompts"/>.</returns>
    public static IReadOnlyList<FeedbackPrompt> Sample(IEnumerable<FeedbackPrompt> prompts, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (count == 0)
        {
            return [.. prompts];
        }

        // The prompts with the smallest draws; the queue holds the largest of them first.
        var kept = new PriorityQueue<FeedbackPrompt, string>(Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a)));
        foreach (var prompt in prompts)
        {
            kept.Enqueue(prompt, Hash($"{seed}/{prompt.Id}"));
            if (kept.Count > count)
            {
                kept.Dequeue();
            }
        }

        return [.. kept.UnorderedItems.Select(static item => item.Element).OrderBy(static prompt => prompt.Index)];
    }

    /// <summary>Holds a share of the prompts out. Which ones depends on the seed and the prompts alone.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="fraction">The share; rounded down to whole prompts.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <returns>Identifiers of the prompts held out.</returns>
    public static IReadOnlySet<string> HeldOut(IReadOnlyList<FeedbackPrompt> prompts, double fraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return prompts.Select(static prompt => prompt.Id)
            .OrderBy(id => Hash($"{seed}/held-out/{id}"), StringComparer.Ordinal)
            .Take((int)(prompts.Count * fraction))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The identifier of a prompt: the same for prompts that differ in white space alone.</summary>
    internal static string Identify(IReadOnlyList<ChatMessage> messages) =>
        Hash(string.Join('\u001e', messages.Select(static message => message.Role + "\u001f" + string.Join(' ', message.Content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static IReadOnlyList<ChatMessage> Messages(RowFields row)
    {
        if (row.Prompt is { } prompt)
        {
            return prompt.Messages is { } asked ? UpToUser(asked) : WithSystem(row, prompt.Text!);
        }

        if (row.Instruction is { } instruction)
        {
            return WithSystem(row, instruction + (string.IsNullOrEmpty(row.Input) ? "" : "\n" + row.Input));
        }

        return (row.Messages ?? row.Conversations ?? row.Chosen?.Messages) is { } messages
            ? UpToUser(string.IsNullOrEmpty(row.System) ? messages : [new(ChatRoles.System, row.System), .. messages])
            : throw row.Fault("the row has none of the keys 'prompt', 'instruction', 'messages' and 'conversations', so there is no prompt; name its columns in columns");
    }

    private static IReadOnlyList<ChatMessage> WithSystem(RowFields row, string text) =>
        string.IsNullOrEmpty(row.System) ? [new(ChatRoles.User, text)] : [new(ChatRoles.System, row.System), new(ChatRoles.User, text)];

    private static IReadOnlyList<ChatMessage> UpToUser(IReadOnlyList<ChatMessage> messages)
    {
        var count = messages.Count;
        while (count > 0 && messages[count - 1].Role is not ChatRoles.User)
        {
            count--;
        }

        return count == messages.Count ? messages : [.. messages.Take(count)];
    }

    private DropReason? Fault(IReadOnlyList<ChatMessage> messages) =>
        messages.Count == 0 || string.IsNullOrWhiteSpace(messages[^1].Content) ? DropReason.NoUserTurn
            : maxCharacters > 0 && messages.Sum(static message => (long)message.Content.Length) > maxCharacters ? DropReason.TooLong
            : null;
}
