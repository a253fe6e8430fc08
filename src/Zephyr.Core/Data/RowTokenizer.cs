using System.Runtime.ExceptionServices;
using Zephyr.Core.Chat;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Data;

/// <summary>What became of the rows of a data set.</summary>
public sealed class TokenizeReport
{
    /// <summary>Rows written.</summary>
    public int Rows { get; internal set; }

    /// <summary>Tokens written; of a pair the prompt counts once.</summary>
    public long Tokens { get; internal set; }

    /// <summary>Conversations cut to the length limit.</summary>
    public int TruncatedRows { get; internal set; }

    /// <summary>Pairs whose prompt lost its beginning.</summary>
    public int TruncatedPrompts { get; internal set; }

    /// <summary>Pairs of which at least one answer lost its end.</summary>
    public int TruncatedAnswers { get; internal set; }

    /// <summary>Rows left out; a reader may count into the same object.</summary>
    public DropCounts Drops { get; } = new();
}

/// <summary>
/// Turns conversations and pairs into token rows, on all cores, in the order of the rows.
/// <para>
/// A row that the chat template refuses is left out and counted. A conversation over <see cref="TokenizeOptions.MaxLength"/> is cut at its
/// end, and left out when nothing of an answer remains. Pairs are cut as <see cref="PairTokenizer"/> says.
/// </para>
/// </summary>
public sealed class RowTokenizer
{
    private const int RowsAtOnce = 1024;
    private readonly IChatFormat _format;
    private readonly TokenizeOptions _options;
    private readonly PairTokenizer _pairs;

    /// <summary>Prepares the work.</summary>
    /// <param name="format">The chat format and the tokenizer.</param>
    /// <param name="options">Length limits.</param>
    /// <exception cref="ZephyrException">The limits leave no room for an answer.</exception>
    public RowTokenizer(IChatFormat format, TokenizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(options);
        _format = format;
        _options = options;
        _pairs = new PairTokenizer(format, options);
    }

    /// <summary>Tokenises conversations into a file of <see cref="TokenRows"/>.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="path">The file.</param>
    /// <param name="report">Where rows, cuts and drops are counted.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void Write(IEnumerable<Conversation> conversations, string path, TokenizeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(report);
        using var writer = new TokenRowsWriter(path);
        foreach (var conversation in InOrder(conversations, UnlessRefused<Conversation, TokenizedConversation>(_format.Tokenize), cancellationToken))
        {
            if (conversation is not var (ids, mask))
            {
                report.Drops.Add(DropReason.RefusedByTemplate);
                continue;
            }

            var length = Math.Min(ids.Length, _options.MaxLength);
            if (!mask.AsSpan(0, length).Contains((byte)1))
            {
                report.Drops.Add(ids.Length > length ? DropReason.TooLong : DropReason.NoAnswer);
                continue;
            }

            writer.Add(ids.AsSpan(0, length), mask.AsSpan(0, length));
            report.TruncatedRows += length < ids.Length ? 1 : 0;
            report.Tokens += length;
            report.Rows++;
        }

        writer.Complete();
    }

    /// <summary>Tokenises pairs into a file of <see cref="PreferenceRows"/>.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="path">The file.</param>
    /// <param name="report">Where rows, cuts and drops are counted.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Where each pair that was written comes from, in the order of the file; null where that is not known.</returns>
    public IReadOnlyList<string?> Write(IEnumerable<PreferencePair> pairs, string path, TokenizeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(report);
        var sources = new List<string?>();
        using var writer = new PreferenceRowsWriter(path);
        foreach (var pair in InOrder(pairs, UnlessRefused<PreferencePair, TokenizedPair>(_pairs.Tokenize), cancellationToken))
        {
            if (pair is null)
            {
                report.Drops.Add(DropReason.RefusedByTemplate);
                continue;
            }

            if (pair.Chosen.AsSpan().SequenceEqual(pair.Rejected))
            {
                report.Drops.Add(DropReason.IdenticalAnswers);
                continue;
            }

            writer.Add(pair.Prompt, pair.Chosen, pair.Rejected);
            report.TruncatedPrompts += pair.PromptIsCut ? 1 : 0;
            report.TruncatedAnswers += pair.AnswerIsCut ? 1 : 0;
            sources.Add(pair.Source);
            report.Tokens += pair.Prompt.Length + pair.Chosen.Length + pair.Rejected.Length;
            report.Rows++;
        }

        writer.Complete();
        return sources;
    }

    /// <summary>Gives null for a row that the template itself refuses, as for roles that do not alternate; any other fault stays one.</summary>
    private static Func<T, TResult?> UnlessRefused<T, TResult>(Func<T, TResult> tokenize)
        where TResult : class => row =>
    {
        try
        {
            return tokenize(row);
        }
        catch (ChatTemplateException fault) when (fault.IsRefusal)
        {
            return null;
        }
    };

    private static IEnumerable<TResult> InOrder<T, TResult>(IEnumerable<T> rows, Func<T, TResult> tokenize, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            var results = new TResult[chunk.Length];
            try
            {
                Parallel.For(0, chunk.Length, options, i => results[i] = tokenize(chunk[i]));
            }
            catch (AggregateException exception)
            {
                ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
            }

            foreach (var result in results)
            {
                yield return result;
            }
        }
    }
}
