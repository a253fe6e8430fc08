using System.Text.Json;

namespace Zephyr.Core.Data.Mixing;

/// <summary>What the mixer needs to know of a kind of row.</summary>
/// <typeparam name="T">Conversations or pairs.</typeparam>
internal interface IRowShape<T>
{
    /// <summary>Texts of the prompt.</summary>
    IEnumerable<string> PromptTexts(T row);

    /// <summary>Every text, in order.</summary>
    IEnumerable<string> Texts(T row);

    /// <summary>Texts of the assistant.</summary>
    IEnumerable<string> Answers(T row);

    /// <summary>The row with every text changed.</summary>
    T Change(T row, Func<string, string> change);

    /// <summary>Writes it as one JSON object.</summary>
    void Write(Utf8JsonWriter json, T row);
}
