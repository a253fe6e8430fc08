using System.Globalization;
using System.Text.Json;
using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Reads tokenizer.json of the Llama and Mistral kind: byte-pair encoding with byte fallback. Whatever changes the ids and is not
/// supported is refused by name, so that a file either gives exactly the ids of other tools or does not load.
/// </summary>
internal sealed class TokenizerJsonReader
{
    /// <summary>Most pieces a vocabulary may have.</summary>
    public const int MaxPieces = 1 << 21;

    /// <summary>Longest piece, in UTF-16 units.</summary>
    public const int MaxPieceLength = 4096;

    private const string WordMark = "\u2581";
    private readonly string _path;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly List<(string Left, string Right, int Offset)> _merges = [];
    private readonly List<(AddedToken Token, int Offset)> _added = [];
    private readonly TokenizerComponentsReader _components = new();
    private string? _unknown;

    private TokenizerJsonReader(string path) => _path = path;

    /// <summary>Reads a definition.</summary>
    /// <param name="json">Content of the file.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something unsupported.</exception>
    public static TokenizerDefinition Read(ReadOnlySpan<byte> json, string path) => new TokenizerJsonReader(path).Read(json);

    private TokenizerDefinition Read(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json, TextPosition.Start, (position, message) => new TokenizerFormatException(_path, position, message));
        cursor.Read();
        cursor.BeginObject("the file");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (cursor.NextProperty(out var name))
        {
            if (!seen.Add(name))
            {
                throw cursor.Fault($"'{name}' is given twice");
            }

            ReadSection(ref cursor, name);
        }

        cursor.End();
        if (!seen.Contains("model"))
        {
            throw cursor.FaultAt(0, "the file has no 'model'; this is not a tokenizer.json");
        }

        return Resolve(ref cursor);
    }

    private void ReadSection(ref JsonCursor cursor, string name)
    {
        switch (name)
        {
            case "version":
                cursor.Skip();
                break;
            case "truncation" or "padding":
                if (!cursor.IsNull)
                {
                    throw cursor.Fault($"'{name}' is set, which would change the ids; set it to null");
                }

                break;
            case "added_tokens":
                ReadAddedTokens(ref cursor);
                break;
            case "normalizer":
                _components.ReadNormalizer(ref cursor);
                break;
            case "pre_tokenizer":
                _components.ReadPreTokenizer(ref cursor);
                break;
            case "post_processor":
                _components.ReadPostProcessor(ref cursor);
                break;
            case "decoder":
                _components.ReadDecoder(ref cursor);
                break;
            case "model":
                ReadModel(ref cursor);
                break;
            default:
                throw cursor.Fault($"'{name}' is not a known part of a tokenizer.json");
        }
    }

    private void ReadAddedTokens(ref JsonCursor cursor)
    {
        cursor.BeginArray("'added_tokens'");
        while (cursor.NextItem())
        {
            var offset = cursor.Offset;
            cursor.BeginObject("an added token");
            var token = new AddedToken(-1, "", false, false, false, Normalized: true, Special: false);
            while (cursor.NextProperty(out var name))
            {
                token = name switch
                {
                    "id" => token with { Id = cursor.Integer("'id'", 0, MaxPieces - 1) },
                    "content" => token with { Content = cursor.String("'content'") },
                    "single_word" => token with { SingleWord = cursor.Boolean("'single_word'") },
                    "lstrip" => token with { StripLeft = cursor.Boolean("'lstrip'") },
                    "rstrip" => token with { StripRight = cursor.Boolean("'rstrip'") },
                    "normalized" => token with { Normalized = cursor.Boolean("'normalized'") },
                    "special" => token with { Special = cursor.Boolean("'special'") },
                    _ => throw cursor.Fault($"'{name}' is not a known setting of an added token"),
                };
            }

            if (token.Id < 0 || token.Content.Length is 0 or > MaxPieceLength)
            {
                throw cursor.FaultAt(offset, $"an added token needs an 'id' and a 'content' of 1 to {MaxPieceLength} characters");
            }

            _added.Add((token, offset));
        }
    }

    private void ReadModel(ref JsonCursor cursor)
    {
        cursor.BeginObject("'model'");
        var start = cursor.Offset;
        var byteFallback = false;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "type":
                    var type = cursor.String("'type'");
                    if (!string.Equals(type, "BPE", StringComparison.Ordinal))
                    {
                        throw cursor.Fault($"model type '{type}' is not supported; only 'BPE' is");
                    }

                    break;
                case "dropout":
                    if (!cursor.IsNull && cursor.Number("'dropout'") > 0)
                    {
                        throw cursor.Fault("'dropout' would make the ids random; set it to null");
                    }

                    break;
                case "unk_token":
                    _unknown = cursor.IsNull ? null : cursor.String("'unk_token'");
                    break;
                case "continuing_subword_prefix" or "end_of_word_suffix":
                    if (!cursor.IsNull && cursor.String($"'{name}'").Length > 0)
                    {
                        throw cursor.Fault($"'{name}' is not supported; set it to null");
                    }

                    break;
                case "fuse_unk":
                    _ = cursor.Boolean("'fuse_unk'");
                    break;
                case "byte_fallback":
                    byteFallback = cursor.Boolean("'byte_fallback'");
                    break;
                case "ignore_merges":
                    if (cursor.Boolean("'ignore_merges'"))
                    {
                        throw cursor.Fault("'ignore_merges' is not supported; set it to false");
                    }

                    break;
                case "vocab":
                    ReadVocabulary(ref cursor);
                    break;
                case "merges":
                    ReadMerges(ref cursor);
                    break;
                default:
                    throw cursor.Fault($"'{name}' is not a known part of a BPE model");
            }
        }

        if (!byteFallback)
        {
            throw cursor.FaultAt(start, "the model has no 'byte_fallback'; only BPE with byte fallback (the Llama and Mistral kind) is supported");
        }
    }

    private void ReadVocabulary(ref JsonCursor cursor)
    {
        cursor.BeginObject("'vocab'");
        while (cursor.NextProperty(out var piece))
        {
            var id = cursor.Integer($"the id of piece '{piece}'", 0, MaxPieces - 1);
            if (piece.Length is 0 or > MaxPieceLength)
            {
                throw cursor.Fault($"a piece must have 1 to {MaxPieceLength} characters");
            }

            if (!_vocabulary.TryAdd(piece, id))
            {
                throw cursor.Fault($"piece '{piece}' is given twice");
            }
        }
    }

    private void ReadMerges(ref JsonCursor cursor)
    {
        cursor.BeginArray("'merges'");
        while (cursor.NextItem())
        {
            var offset = cursor.Offset;
            if (cursor.Token == JsonTokenType.StartArray)
            {
                cursor.Read();
                var left = cursor.String("the left side of a merge");
                cursor.Read();
                _merges.Add((left, cursor.String("the right side of a merge"), offset));
                if (cursor.NextItem())
                {
                    throw cursor.Fault("a merge has two sides");
                }
            }
            else
            {
                var text = cursor.String("a merge");
                var space = text.IndexOf(' ');
                if (space <= 0 || space == text.Length - 1 || text.IndexOf(' ', space + 1) >= 0)
                {
                    throw cursor.Fault($"merge '{text}' must be two pieces with one space between them");
                }

                _merges.Add((text[..space], text[(space + 1)..], offset));
            }
        }
    }

    private TokenizerDefinition Resolve(ref JsonCursor cursor)
    {
        var pieces = ResolvePieces(ref cursor);
        var byteIds = new int[256];
        for (var value = 0; value < byteIds.Length; value++)
        {
            var piece = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
            byteIds[value] = _vocabulary.TryGetValue(piece, out var id)
                ? id
                : throw cursor.FaultAt(0, $"the vocabulary has no piece '{piece}', which byte fallback needs");
        }

        var unknown = _unknown ?? "<unk>";
        if (!_vocabulary.ContainsKey(unknown))
        {
            throw cursor.FaultAt(0, $"the piece for unknown text, '{unknown}', is not in the vocabulary");
        }

        var (prefix, suffix) = _components.ResolveTemplate(_vocabulary, ref cursor);
        return new TokenizerDefinition
        {
            Pieces = pieces,
            Merges = ResolveMerges(ref cursor, byteIds),
            ByteIds = byteIds,
            AddedTokens = _added.ConvertAll(added => added.Token),
            Prefix = _components.ResolvePrefix(ref cursor),
            SplitAtWordMark = _components.SplitAtWordMark,
            NormalizesSpaces = _components.NormalizesSpaces,
            TemplatePrefix = prefix,
            TemplateSuffix = suffix,
            StrippedSpaces = _components.StrippedSpaces,
            UnknownPiece = unknown,
        };
    }

    private string[] ResolvePieces(ref JsonCursor cursor)
    {
        foreach (var (token, offset) in _added)
        {
            if (!_vocabulary.TryAdd(token.Content, token.Id) && _vocabulary[token.Content] != token.Id)
            {
                throw cursor.FaultAt(offset, $"added token '{token.Content}' has id {token.Id}, but the vocabulary gives it id {_vocabulary[token.Content]}");
            }
        }

        var pieces = new string?[_vocabulary.Count];
        foreach (var (piece, id) in _vocabulary)
        {
            if (id >= pieces.Length)
            {
                throw cursor.FaultAt(0, $"piece '{piece}' has id {id}, but there are only {pieces.Length} pieces; ids must be 0 to {pieces.Length - 1} without gaps");
            }

            if (pieces[id] is { } other)
            {
                throw cursor.FaultAt(0, $"pieces '{other}' and '{piece}' have the same id {id}");
            }

            pieces[id] = piece;
        }

        return pieces!;
    }

    private MergeRule[] ResolveMerges(ref JsonCursor cursor, int[] byteIds)
    {
        // A merge that made or took a control or byte piece would let plain text turn into one.
        var closed = new HashSet<int>(byteIds);
        closed.UnionWith(_added.Where(added => added.Token.Special).Select(added => added.Token.Id));
        var rules = new MergeRule[_merges.Count];
        var seen = new HashSet<(int, int)>(_merges.Count);
        for (var i = 0; i < rules.Length; i++)
        {
            var (left, right, offset) = _merges[i];
            var rule = new MergeRule(IdOf(ref cursor, left, offset), IdOf(ref cursor, right, offset), IdOf(ref cursor, left + right, offset));
            if (closed.Contains(rule.Left) || closed.Contains(rule.Right) || closed.Contains(rule.Merged))
            {
                throw cursor.FaultAt(offset, $"merge '{left} {right}' involves a byte piece or a special token, which is not supported");
            }

            if (!seen.Add((rule.Left, rule.Right)))
            {
                throw cursor.FaultAt(offset, $"merge '{left} {right}' is given twice");
            }

            rules[i] = rule;
        }

        return rules;
    }

    private int IdOf(ref JsonCursor cursor, string piece, int offset) =>
        _vocabulary.TryGetValue(piece, out var id)
            ? id
            : throw cursor.FaultAt(offset, $"a merge names '{piece}', which is not in the vocabulary");
}
