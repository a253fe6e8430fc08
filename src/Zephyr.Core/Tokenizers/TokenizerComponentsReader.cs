using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>Reads the parts of a tokenizer.json around the model: normalizer, pre-tokenizer, post-processor and decoder.</summary>
internal sealed class TokenizerComponentsReader
{
    private const string WordMark = "\u2581";
    private readonly List<(string? Special, int Offset)> _template = [];
    private readonly Dictionary<string, List<int>> _templateIds = new(StringComparer.Ordinal);
    private bool _prepends;
    private bool _replaces;
    private PrefixRule? _metaspace;
    private bool _hasDecoder;

    /// <summary>Whether every word mark starts a new word.</summary>
    public bool SplitAtWordMark { get; private set; }

    /// <summary>Whether the normalizer, and not the pre-tokenizer, handles spaces.</summary>
    public bool NormalizesSpaces => _replaces;

    /// <summary>Leading spaces that decoding takes away, at most.</summary>
    public int StrippedSpaces { get; private set; }

    /// <summary>Reads the normalizer: null, <c>Prepend</c>, <c>Replace</c>, or a sequence of them.</summary>
    public void ReadNormalizer(ref JsonCursor cursor)
    {
        if (cursor.IsNull)
        {
            return;
        }

        foreach (var component in ReadComponents(ref cursor, "normalizer", "normalizers"))
        {
            switch (component.Type)
            {
                case "Prepend" when component.Text("prepend") is WordMark && !_prepends:
                    _prepends = true;
                    break;
                case "Replace" when component.Text("pattern") is " " && component.Text("content") is WordMark && !_replaces:
                    _replaces = true;
                    break;
                default:
                    throw cursor.FaultAt(component.Offset, $"normalizer {component} is not supported; only Prepend '{WordMark}' and Replace ' ' by '{WordMark}', once each, are");
            }
        }
    }

    /// <summary>Reads the pre-tokenizer: null or <c>Metaspace</c>.</summary>
    public void ReadPreTokenizer(ref JsonCursor cursor)
    {
        if (cursor.IsNull)
        {
            return;
        }

        foreach (var component in ReadComponents(ref cursor, "pre_tokenizer", "pretokenizers"))
        {
            if (component.Type is not "Metaspace" || component.Text("replacement") is not WordMark || _metaspace is not null)
            {
                throw cursor.FaultAt(component.Offset, $"pre-tokenizer {component} is not supported; only one Metaspace with '{WordMark}' is");
            }

            var scheme = component.Text("prepend_scheme") ?? (component.Text("add_prefix_space") is "false" ? "never" : "always");
            _metaspace = scheme switch
            {
                "never" => PrefixRule.Never,
                "first" => PrefixRule.FirstUnlessSpace,
                "always" => PrefixRule.AlwaysUnlessSpace,
                _ => throw cursor.FaultAt(component.Offset, $"prepend_scheme '{scheme}' is not one of always, first, never"),
            };
            SplitAtWordMark = component.Text("split") is not "false";
        }
    }

    /// <summary>Reads the post-processor: null or <c>TemplateProcessing</c> with one text.</summary>
    public void ReadPostProcessor(ref JsonCursor cursor)
    {
        if (cursor.IsNull)
        {
            return;
        }

        cursor.BeginObject("'post_processor'");
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "type":
                    var type = cursor.String("'type'");
                    if (type is not "TemplateProcessing")
                    {
                        throw cursor.Fault($"post-processor '{type}' is not supported; only TemplateProcessing is");
                    }

                    break;
                case "single":
                    ReadTemplate(ref cursor);
                    break;
                case "pair":
                    cursor.Skip();
                    break;
                case "special_tokens":
                    ReadTemplateTokens(ref cursor);
                    break;
                default:
                    throw cursor.Fault($"'{name}' is not a known part of TemplateProcessing");
            }
        }
    }

    /// <summary>Reads the decoder: Replace, ByteFallback, Fuse and, possibly, Strip, in this order.</summary>
    public void ReadDecoder(ref JsonCursor cursor)
    {
        if (cursor.IsNull)
        {
            return;
        }

        var expected = new Queue<string>(["Replace", "ByteFallback", "Fuse", "Strip"]);
        foreach (var component in ReadComponents(ref cursor, "decoder", "decoders"))
        {
            var known = expected.TryDequeue(out var next) && string.Equals(next, component.Type, StringComparison.Ordinal) && next switch
            {
                "Replace" => component.Text("pattern") is WordMark && component.Text("content") is " ",
                "Strip" => component.Text("content") is " " && component.Text("stop") is "0" && component.Text("start") is "0" or "1",
                _ => true,
            };
            if (!known)
            {
                throw cursor.FaultAt(component.Offset, $"decoder {component} is not supported here; only Replace '{WordMark}' by ' ', ByteFallback, Fuse and Strip of one leading space, in this order, are");
            }

            StrippedSpaces = component.Text("start") is "1" ? 1 : 0;
        }

        _hasDecoder = expected.Count <= 1;
    }

    /// <summary>When the word mark goes before a text, once everything is read.</summary>
    public PrefixRule ResolvePrefix(ref JsonCursor cursor)
    {
        if (!_hasDecoder)
        {
            throw cursor.FaultAt(0, "the file has no full decoder; Replace, ByteFallback and Fuse are needed");
        }

        return (_replaces, _metaspace) switch
        {
            (true, null) => _prepends ? PrefixRule.Always : PrefixRule.Never,
            (false, { } rule) when !_prepends => rule,
            _ => throw cursor.FaultAt(0, $"either the normalizer must replace ' ' by '{WordMark}' or the pre-tokenizer must be Metaspace, and not both"),
        };
    }

    /// <summary>Ids before and after a text, once everything is read.</summary>
    public (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) ResolveTemplate(Dictionary<string, int> vocabulary, ref JsonCursor cursor)
    {
        List<int> prefix = [], suffix = [];
        if (_template.Count == 0)
        {
            return (prefix, suffix);
        }

        var current = prefix;
        foreach (var (special, offset) in _template)
        {
            if (special is null)
            {
                current = ReferenceEquals(current, prefix) ? suffix : throw cursor.FaultAt(offset, "the template holds the text twice");
                continue;
            }

            var ids = _templateIds.GetValueOrDefault(special) ?? throw cursor.FaultAt(offset, $"the template names '{special}', which 'special_tokens' does not give");
            if (ids.Exists(id => id >= vocabulary.Count))
            {
                throw cursor.FaultAt(offset, $"'{special}' of the template has an id outside the vocabulary");
            }

            current.AddRange(ids);
        }

        return ReferenceEquals(current, suffix) ? (prefix, suffix) : throw cursor.FaultAt(_template[0].Offset, "the template does not hold the text");
    }

    private static List<Component> ReadComponents(ref JsonCursor cursor, string what, string listName)
    {
        var components = new List<Component>();
        var outer = ReadComponent(ref cursor, what, listName, components);
        if (outer.Type is not "Sequence")
        {
            if (components.Count > 0)
            {
                throw cursor.FaultAt(outer.Offset, $"'{listName}' belongs to a Sequence only");
            }

            components.Add(outer);
        }

        return components;
    }

    private static Component ReadComponent(ref JsonCursor cursor, string what, string listName, List<Component>? children)
    {
        cursor.BeginObject($"a part of '{what}'");
        var component = new Component(cursor.Offset);
        while (cursor.NextProperty(out var name))
        {
            if (children is not null && string.Equals(name, listName, StringComparison.Ordinal))
            {
                cursor.BeginArray($"'{name}'");
                while (cursor.NextItem())
                {
                    children.Add(ReadComponent(ref cursor, what, listName, children: null));
                }
            }
            else
            {
                component.Set(name, ReadSetting(ref cursor, name));
            }
        }

        return component;
    }

    private static string? ReadSetting(ref JsonCursor cursor, string name)
    {
        switch (cursor.Token)
        {
            case System.Text.Json.JsonTokenType.String:
                return cursor.String(name);
            case System.Text.Json.JsonTokenType.True:
                return "true";
            case System.Text.Json.JsonTokenType.False:
                return "false";
            case System.Text.Json.JsonTokenType.Null:
                return null;
            case System.Text.Json.JsonTokenType.Number:
                return cursor.Integer($"'{name}'", int.MinValue, int.MaxValue).ToString();
            default:
                // A pattern is written { "String": " " }; a pattern of any other kind is none that is supported.
                cursor.BeginObject($"'{name}'");
                string? text = null;
                while (cursor.NextProperty(out var kind))
                {
                    text = kind is "String" ? cursor.String("'String'") : throw cursor.Fault($"a pattern of kind '{kind}' is not supported; only 'String' is");
                }

                return text;
        }
    }

    private void ReadTemplate(ref JsonCursor cursor)
    {
        cursor.BeginArray("'single'");
        while (cursor.NextItem())
        {
            var offset = cursor.Offset;
            cursor.BeginObject("an item of the template");
            while (cursor.NextProperty(out var kind))
            {
                cursor.BeginObject($"'{kind}'");
                string? id = null;
                while (cursor.NextProperty(out var name))
                {
                    if (name is "id")
                    {
                        id = cursor.String("'id'");
                    }
                    else
                    {
                        cursor.Skip();
                    }
                }

                _template.Add(kind switch
                {
                    "SpecialToken" when id is not null => (id, offset),
                    "Sequence" when id is "A" => (null, offset),
                    _ => throw cursor.FaultAt(offset, $"'{kind}' of '{id}' is not supported in the template for one text"),
                });
            }
        }
    }

    private void ReadTemplateTokens(ref JsonCursor cursor)
    {
        cursor.BeginObject("'special_tokens'");
        while (cursor.NextProperty(out var token))
        {
            cursor.BeginObject($"'{token}'");
            var ids = new List<int>();
            while (cursor.NextProperty(out var name))
            {
                if (name is not "ids")
                {
                    cursor.Skip();
                    continue;
                }

                cursor.BeginArray("'ids'");
                while (cursor.NextItem())
                {
                    ids.Add(cursor.Integer("an id", 0, TokenizerJsonReader.MaxPieces - 1));
                }
            }

            _templateIds[token] = ids;
        }
    }

    /// <summary>One part as written in the file: its type and its plain settings.</summary>
    private sealed class Component(int offset)
    {
        private readonly Dictionary<string, string?> _settings = new(StringComparer.Ordinal);

        public int Offset { get; } = offset;

        public string? Type => Text("type");

        public void Set(string name, string? value) => _settings[name] = value;

        public string? Text(string name) => _settings.GetValueOrDefault(name);

        public override string ToString() => $"'{Type}'";
    }
}
