using Zephyr.Core.Chat;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>A text, or a list of messages, where a key may hold either.</summary>
/// <param name="Text">The text, if it is one.</param>
/// <param name="Messages">The messages, if they are.</param>
internal sealed record TextOrMessages(string? Text, IReadOnlyList<ChatMessage>? Messages);

/// <summary>The keys of one row that some format knows, and where the row is.</summary>
/// <param name="path">The file.</param>
/// <param name="row">The row of a table, from 1; 0 in a text file.</param>
/// <param name="position">Where the row starts in a text file.</param>
/// <param name="columns">Names of the columns, for messages.</param>
internal sealed class RowFields(string path, long row, TextPosition position, RowColumns columns)
{
    private readonly object?[] _values = new object?[(int)RowKey.Source + 1];
    private uint _present;

    /// <summary>The row of a table, from 1; 0 in a text file.</summary>
    public long Row => row;

    /// <summary><c>messages</c> of the format of that name.</summary>
    public IReadOnlyList<ChatMessage>? Messages => (IReadOnlyList<ChatMessage>?)this[RowKey.Messages];

    /// <summary><c>conversations</c> of ShareGPT.</summary>
    public IReadOnlyList<ChatMessage>? Conversations => (IReadOnlyList<ChatMessage>?)this[RowKey.Conversations];

    /// <summary><c>instruction</c> of Alpaca and UltraFeedback.</summary>
    public string? Instruction => (string?)this[RowKey.Instruction];

    /// <summary><c>input</c> of Alpaca.</summary>
    public string? Input => (string?)this[RowKey.Input];

    /// <summary><c>output</c> of Alpaca.</summary>
    public string? Output => (string?)this[RowKey.Output];

    /// <summary><c>system</c> of Alpaca and ShareGPT.</summary>
    public string? System => (string?)this[RowKey.System];

    /// <summary><c>prompt</c> of preferences.</summary>
    public TextOrMessages? Prompt => (TextOrMessages?)this[RowKey.Prompt];

    /// <summary><c>chosen</c> of preferences and ShareGPT.</summary>
    public TextOrMessages? Chosen => (TextOrMessages?)this[RowKey.Chosen];

    /// <summary><c>rejected</c> of preferences and ShareGPT.</summary>
    public TextOrMessages? Rejected => (TextOrMessages?)this[RowKey.Rejected];

    /// <summary><c>score_chosen</c>.</summary>
    public double? ScoreChosen => (double?)this[RowKey.ScoreChosen];

    /// <summary><c>score_rejected</c>.</summary>
    public double? ScoreRejected => (double?)this[RowKey.ScoreRejected];

    /// <summary><c>completions</c> of UltraFeedback.</summary>
    public IReadOnlyList<RatedCompletion>? Completions => (IReadOnlyList<RatedCompletion>?)this[RowKey.Completions];

    /// <summary><c>source</c> of UltraFeedback.</summary>
    public string? Source => (string?)this[RowKey.Source];

    /// <summary>Value of a key: messages, a text, <see cref="TextOrMessages"/>, a number or completions; null when there is none.</summary>
    public object? this[RowKey key]
    {
        get => _values[(int)key];
        set
        {
            _values[(int)key] = value;
            _present |= 1u << (int)key;
        }
    }

    /// <summary>Whether the row has a key, be it null.</summary>
    public bool Has(RowKey key) => (_present & (1u << (int)key)) != 0;

    /// <summary>A value that the row's format cannot do without.</summary>
    /// <exception cref="DataFormatException">It is missing or null.</exception>
    public T Needed<T>(T? value, RowKey key)
        where T : class => value ?? throw Fault(Has(key) ? $"'{columns[key]}' is null" : $"the row has no '{columns[key]}'");

    /// <summary>The exception for a fault of this row.</summary>
    public DataFormatException Fault(string message) =>
        row > 0 ? new DataFormatException(path, row, message) : new DataFormatException(path, position, message);
}
