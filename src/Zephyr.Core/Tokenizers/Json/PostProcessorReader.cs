using System.Text.Json;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Reads the post-processor of a tokenizer.json: which ids are put around a text.</summary>
/// <param name="pieceCount">Number of ids of the vocabulary.</param>
internal sealed class PostProcessorReader(int pieceCount)
{
    /// <summary>Ids put before a text.</summary>
    public List<int> Prefix { get; } = [];

    /// <summary>Ids put after it.</summary>
    public List<int> Suffix { get; } = [];

    /// <summary>Reads a post-processor.</summary>
    public void Read(Component component)
    {
        switch (component.Type)
        {
            case "Sequence":
                foreach (var child in component.Children("processors"))
                {
                    Read(child);
                }

                break;
            case "ByteLevel":
                foreach (var name in new[] { "add_prefix_space", "trim_offsets", "use_regex" })
                {
                    _ = component.Boolean(name, true);
                }

                break;
            case "RobertaProcessing" or "BertProcessing":
                _ = (component.Boolean("trim_offsets", true), component.Boolean("add_prefix_space", true));
                Put([TokenAndId(component, "cls")], [TokenAndId(component, "sep")]);
                break;
            case "TemplateProcessing":
                ReadTemplate(component);
                break;
            default:
                throw component.NotSupported("Sequence, ByteLevel, TemplateProcessing, RobertaProcessing and BertProcessing");
        }

        component.End();
    }

    private void ReadTemplate(Component component)
    {
        _ = component.Find("pair");
        List<int> prefix = [], suffix = [];
        var current = prefix;
        var single = component.Find("single");
        if (single is not { Kind: JsonTokenType.StartArray })
        {
            throw component.Fault("'single' must be a list");
        }

        foreach (var item in single.Items)
        {
            if (item is not { Kind: JsonTokenType.StartObject, Properties.Count: 1 }
                || item.Properties.First() is not (var kind, { Kind: JsonTokenType.StartObject } content)
                || !content.Properties.TryGetValue("id", out var id) || id.Kind != JsonTokenType.String)
            {
                throw component.Fault(item, "an item of the template must be {\"SpecialToken\": {\"id\": ...}} or {\"Sequence\": {\"id\": ...}}");
            }

            if (kind is "Sequence" && id.Text is "A")
            {
                current = ReferenceEquals(current, prefix) ? suffix : throw component.Fault(item, "the template holds the text twice");
            }
            else if (kind is "SpecialToken")
            {
                current.AddRange(IdsOf(component, item, id.Text));
            }
            else
            {
                throw component.Fault(item, $"'{kind}' of '{id.Text}' is not supported in the template for one text");
            }
        }

        if (ReferenceEquals(current, prefix))
        {
            throw component.Fault(single, "the template does not hold the text");
        }

        _ = component.Find("special_tokens");
        Put(prefix, suffix);
    }

    private IEnumerable<int> IdsOf(Component component, JsonPart item, string token)
    {
        if (component.Find("special_tokens") is not { Kind: JsonTokenType.StartObject } tokens || !tokens.Properties.TryGetValue(token, out var entry))
        {
            throw component.Fault(item, $"the template names '{token}', which 'special_tokens' does not give");
        }

        return entry.Kind == JsonTokenType.StartObject && entry.Properties.TryGetValue("ids", out var ids) && ids.Kind == JsonTokenType.StartArray
            ? ids.Items.Select(id => CheckedId(component, id))
            : throw component.Fault(entry, $"'{token}' needs its 'ids', a list");
    }

    private int TokenAndId(Component component, string name) => component.Find(name) is { Kind: JsonTokenType.StartArray, Items: [{ Kind: JsonTokenType.String }, var id] }
        ? CheckedId(component, id)
        : throw component.Fault($"'{name}' must be a list of a token and its id");

    private int CheckedId(Component component, JsonPart id) => id.Kind == JsonTokenType.Number && id.Number >= 0 && id.Number < pieceCount && id.Number == Math.Floor(id.Number)
        ? (int)id.Number
        : throw component.Fault(id, "this must be an id of the vocabulary");

    // Of several post-processors each puts its tokens around what the one before it made.
    private void Put(List<int> before, List<int> after)
    {
        Prefix.InsertRange(0, before);
        Suffix.AddRange(after);
    }
}
