using System.Text.Json;
using Zephyr.Core.Json;
using Zephyr.Core.Tokenizers.Decoders;
using Zephyr.Core.Tokenizers.Models;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Reads the model of a tokenizer.json, and resolves it to ids once the added tokens are known.</summary>
internal sealed class BpeModelReader
{
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly List<(string Left, string Right, int Offset)> _merges = [];
    private string? _unknown;
    private bool _byteFallback;
    private bool _fusesUnknown;
    private bool _ignoresMerges;
    private int _offset;

    /// <summary>Makes the exception for a fault at an offset.</summary>
    internal delegate Exception FaultAt(int offset, string message);

    /// <summary>Reads the object that is the model.</summary>
    public void Read(ref JsonCursor cursor)
    {
        cursor.BeginObject("'model'");
        _offset = cursor.Offset;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "type":
                    var type = cursor.String("'type'");
                    if (type != "BPE")
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
                    _fusesUnknown = cursor.Boolean("'fuse_unk'");
                    break;
                case "byte_fallback":
                    _byteFallback = cursor.Boolean("'byte_fallback'");
                    break;
                case "ignore_merges":
                    _ignoresMerges = cursor.Boolean("'ignore_merges'");
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
    }

    /// <summary>Resolves everything to ids.</summary>
    /// <param name="added">Added tokens and where they stand.</param>
    /// <param name="bytes">Whether the parts of a text reach the model as bytes.</param>
    /// <param name="fault">Makes the exceptions.</param>
    public (string[] Pieces, BpeModel Model, int? UnknownId) Resolve(IReadOnlyList<(AddedToken Token, int Offset)> added, bool bytes, FaultAt fault)
    {
        var whole = _ignoresMerges ? new Dictionary<string, int>(_vocabulary, StringComparer.Ordinal) : null;
        var pieces = ResolvePieces(added, fault);
        var special = added.Where(item => item.Token.Special).Select(item => item.Token).ToList();
        special.ForEach(token => whole?.Remove(token.Content));
        var byteIds = _byteFallback ? ResolveBytes(fault) : null;
        int? unknown = _unknown is null ? null : _vocabulary.TryGetValue(_unknown, out var id)
            ? id
            : throw fault(_offset, $"the piece for unknown text, '{_unknown}', is not in the vocabulary");

        // A merge that made or took a control or byte piece would let plain text turn into one.
        var closed = new HashSet<int>(byteIds ?? []);
        closed.UnionWith(special.Select(token => token.Id));
        if (unknown is { } unknownId)
        {
            closed.Add(unknownId);
        }

        var rules = ResolveMerges(closed, fault);
        var open = (string?[])pieces.Clone();
        foreach (var closedId in closed)
        {
            open[closedId] = null;
        }

        if (bytes && _byteFallback && Enumerable.Range(0, 256).Any(value => !_vocabulary.ContainsKey(ByteCharacters.Of((byte)value).ToString())))
        {
            throw fault(_offset, "'byte_fallback' together with a ByteLevel pre-tokenizer is supported only where the vocabulary has all 256 byte characters");
        }

        var spelt = unknown ?? -1;

        // Where unknown characters vanish, those beside them become neighbours and may merge.
        var cuts = !bytes && !_ignoresMerges && (unknown is not null || _byteFallback);
        var model = new BpeModel
        {
            Alphabet = bytes ? new ByteIds(open, spelt) : new CharacterIds(open, byteIds, spelt),
            Merges = new MergeTable(rules),
            Boundaries = cuts ? new WordBoundaries(pieces, rules) : null,
            WholeParts = whole,
            WholePartsAreBytes = bytes,
            FusedId = _fusesUnknown && !_byteFallback ? spelt : -1,
        };
        return (pieces, model, unknown);
    }

    private void ReadVocabulary(ref JsonCursor cursor)
    {
        cursor.BeginObject("'vocab'");
        while (cursor.NextProperty(out var piece))
        {
            var id = cursor.Integer($"the id of piece '{piece}'", 0, TokenizerDefinition.MaxPieces - 1);
            if (piece.Length is 0 or > TokenizerDefinition.MaxPieceLength)
            {
                throw cursor.Fault($"a piece must have 1 to {TokenizerDefinition.MaxPieceLength} characters");
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

    private string[] ResolvePieces(IReadOnlyList<(AddedToken Token, int Offset)> added, FaultAt fault)
    {
        foreach (var (token, offset) in added)
        {
            if (!_vocabulary.TryAdd(token.Content, token.Id) && _vocabulary[token.Content] != token.Id)
            {
                throw fault(offset, $"added token '{token.Content}' has id {token.Id}, but the vocabulary gives it id {_vocabulary[token.Content]}");
            }
        }

        var pieces = new string?[_vocabulary.Count];
        foreach (var (piece, id) in _vocabulary)
        {
            if (id >= pieces.Length)
            {
                throw fault(_offset, $"piece '{piece}' has id {id}, but there are only {pieces.Length} pieces; ids must be 0 to {pieces.Length - 1} without gaps");
            }

            if (pieces[id] is { } other)
            {
                throw fault(_offset, $"pieces '{other}' and '{piece}' have the same id {id}");
            }

            pieces[id] = piece;
        }

        return pieces!;
    }

    private int[] ResolveBytes(FaultAt fault)
    {
        var ids = new int[256];
        for (var value = 0; value < ids.Length; value++)
        {
            ids[value] = _vocabulary.TryGetValue(BytePiece.Of(value), out var id)
                ? id
                : throw fault(_offset, $"the vocabulary has no piece '{BytePiece.Of(value)}', which byte fallback needs");
        }

        return ids;
    }

    private MergeRule[] ResolveMerges(HashSet<int> closed, FaultAt fault)
    {
        var rules = new MergeRule[_merges.Count];
        var seen = new HashSet<(int, int)>(_merges.Count);
        for (var i = 0; i < rules.Length; i++)
        {
            var (left, right, offset) = _merges[i];
            var rule = new MergeRule(IdOf(left, offset, fault), IdOf(right, offset, fault), IdOf(left + right, offset, fault));
            if (closed.Contains(rule.Left) || closed.Contains(rule.Right) || closed.Contains(rule.Merged))
            {
                throw fault(offset, $"merge '{left} {right}' involves a byte piece, the unknown piece or a special token, which is not supported");
            }

            if (!seen.Add((rule.Left, rule.Right)))
            {
                throw fault(offset, $"merge '{left} {right}' is given twice");
            }

            rules[i] = rule;
        }

        return rules;
    }

    private int IdOf(string piece, int offset, FaultAt fault) =>
        _vocabulary.TryGetValue(piece, out var id) ? id : throw fault(offset, $"a merge names '{piece}', which is not in the vocabulary");
}
