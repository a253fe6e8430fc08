using System.Globalization;
using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data.Tables;

/// <summary>One column of a table that a format knows: how it is selected, and how its values are read.</summary>
internal sealed class TableColumn
{
    private readonly Reading _reading;
    private readonly MessageLayout? _messages;

    private TableColumn(RowKey key, string name, Reading reading, MessageLayout? messages = null)
    {
        (Key, Name, _reading, _messages) = (key, name, reading, messages);
        var column = DuckDbDatabase.Name(name);
        Expression = reading switch
        {
            Reading.Number => $"CAST({column} AS DOUBLE)",
            Reading.Json => $"CAST(to_json({column}) AS VARCHAR)",
            _ => column,
        };
    }

    private enum Reading
    {
        Text,
        Number,
        NumberText,
        Json,
        JsonText,
        Messages,
    }

    /// <summary>The key it is.</summary>
    public RowKey Key { get; }

    /// <summary>Its name in the file.</summary>
    public string Name { get; }

    /// <summary>How it is selected.</summary>
    public string Expression { get; }

    /// <summary>Finds out how to read a column.</summary>
    /// <param name="key">The key it is.</param>
    /// <param name="name">Its name in the file.</param>
    /// <param name="type">Its type.</param>
    /// <returns>Null when its type is none that the key can have.</returns>
    public static TableColumn? Find(RowKey key, string name, DuckDbType type)
    {
        var messages = MessageLayout.Find(type);
        Reading? reading = (key, type.Kind) switch
        {
            (RowKey.Messages or RowKey.Conversations or RowKey.Prompt or RowKey.Chosen or RowKey.Rejected, DuckDbKind.List) when messages is not null => Reading.Messages,
            (RowKey.Messages or RowKey.Conversations or RowKey.Completions, DuckDbKind.Text) => Reading.JsonText,
            (RowKey.ScoreChosen or RowKey.ScoreRejected, DuckDbKind.Number) => Reading.Number,
            (RowKey.ScoreChosen or RowKey.ScoreRejected, DuckDbKind.Text) => Reading.NumberText,
            (_, DuckDbKind.Text) => Reading.Text,
            (RowKey.Completions, DuckDbKind.List) or (RowKey.Prompt or RowKey.Chosen or RowKey.Rejected, DuckDbKind.Struct) => Reading.Json,
            (_, DuckDbKind.Json) => Reading.Json,
            _ => null,
        };
        return reading is { } known ? new TableColumn(key, name, known, messages) : null;
    }

    /// <summary>Reads the value of a row.</summary>
    /// <param name="vector">The column of the current chunk.</param>
    /// <param name="row">The row within it.</param>
    /// <param name="fields">The row, for faults.</param>
    /// <returns>What <see cref="RowFields"/> holds for the key.</returns>
    /// <exception cref="DataFormatException">The value is none that the key can have.</exception>
    public object? Read(DuckDbVector vector, int row, RowFields fields)
    {
        if (vector.IsNull(row))
        {
            return null;
        }

        switch (_reading)
        {
            case Reading.Number:
                return Finite(vector.Number(row), fields);
            case Reading.Json or Reading.JsonText:
                return JsonFields.ReadValue(vector.Bytes(row), Key, Name, (position, message) => fields.Fault($"column '{Name}', character {position}: {message}"));
            case Reading.Messages:
                var messages = _messages!.Read(vector, row, fault => fields.Fault($"column '{Name}': {fault}"));
                return Key is RowKey.Messages or RowKey.Conversations ? messages : new TextOrMessages(null, messages);
            default:
                var text = vector.Text(row) ?? throw fields.Fault($"column '{Name}' is not valid UTF-8");
                return _reading == Reading.NumberText ? Number(text, fields)
                    : Key is RowKey.Prompt or RowKey.Chosen or RowKey.Rejected ? new TextOrMessages(text, null)
                    : text;
        }
    }

    private double? Number(string text, RowFields fields) => text.Length == 0 ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Finite(number, fields)
        : throw fields.Fault($"column '{Name}' must be a number, but is '{text}'");

    private double Finite(double number, RowFields fields) =>
        double.IsFinite(number) ? number : throw fields.Fault($"column '{Name}' must be a finite number");
}
