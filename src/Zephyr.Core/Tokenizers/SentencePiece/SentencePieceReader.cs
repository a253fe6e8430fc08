using System.Text;
using Zephyr.Core.Tokenizers.Decoders;
using Zephyr.Core.Tokenizers.Models;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>A sentencepiece model ready for use.</summary>
/// <param name="Definition">The steps.</param>
/// <param name="BosId">Id of the piece that begins a text, where the model has one.</param>
/// <param name="EosId">Id of the piece that ends a text, where the model has one.</param>
internal sealed record LoadedSentencePiece(TokenizerDefinition Definition, int? BosId, int? EosId);

/// <summary>
/// Reads a sentencepiece tokenizer.model, with byte pairs or unigram. Control pieces are special tokens, recognised in text as transformers
/// does. Whatever else changes the ids is refused by name.
/// </summary>
internal sealed class SentencePieceReader
{
    private const int Unigram = 1;
    private const int BytePairs = 2;

    // Sentencepiece starts its search for the highest score here; scores are negative, so that this is what it finds.
    private const float SmallestNormal = 1.17549435e-38f;
    private readonly string _path;
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, int> _idOfText = new(StringComparer.Ordinal);

    private SentencePieceReader(byte[] content, string path)
    {
        _path = path;
        _model = SentencePieceModelReader.Read(content, Fault);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="content">Content of the file.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something unsupported.</exception>
    public static LoadedSentencePiece Read(byte[] content, string path) => new SentencePieceReader(content, path).Resolve();

    private LoadedSentencePiece Resolve()
    {
        if (_model.ModelType is not (Unigram or BytePairs))
        {
            throw Fault(0, $"model type {(_model.ModelType is 3 ? "word" : _model.ModelType is 4 ? "char" : _model.ModelType.ToString())} is not supported; only bpe and unigram are");
        }

        for (var id = 0; id < _model.Pieces.Count; id++)
        {
            if (!_idOfText.TryAdd(_model.Pieces[id].Text, id))
            {
                throw Fault(_model.Pieces[id].Offset, $"piece '{_model.Pieces[id].Text}' is given twice");
            }
        }

        var unknownId = UnknownId();
        var byteIds = _model.ByteFallback ? ByteIds() : null;
        var pieces = _model.Pieces.ConvertAll(piece => piece.Text);
        var added = AddedTokens();
        return new LoadedSentencePiece(
            new TokenizerDefinition
            {
                Pieces = pieces,
                AddedTokens = added,
                AddedTokensAreNormalized = true,
                Normalizer = Normalizer(),
                PreTokenizers = [],
                NewModel = _model.ModelType == BytePairs ? BytePairModel(byteIds, unknownId) : UnigramModel(byteIds, unknownId),
                Decoder = new MarkedPieceDecoder(
                    new PieceTable(pieces, added),
                    _model.Normalizer.RemovesExtraSpaces ? LeadingSpaces.OneOfEachStripped
                    : _model.Normalizer.AddsDummyPrefix ? LeadingSpaces.OneStripped : LeadingSpaces.Kept),
                UnknownId = unknownId,
            },
            ControlId(_model.BosPiece),
            ControlId(_model.EosPiece));
    }

    private int UnknownId()
    {
        var ids = Enumerable.Range(0, _model.Pieces.Count).Where(id => _model.Pieces[id].Kind == PieceKind.Unknown).ToList();
        return ids.Count == 1 ? ids[0] : throw Fault(0, $"the model has {ids.Count} pieces for unknown text; it must have one");
    }

    private int[] ByteIds()
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            var piece = BytePiece.Of(value);
            ids[value] = _idOfText.TryGetValue(piece, out var id) && _model.Pieces[id].Kind == PieceKind.Byte
                ? id
                : throw Fault(0, $"the model has no byte piece '{piece}', which byte fallback needs");
        }

        return ids;
    }

    // Unigram finds user-defined pieces by itself, by their score.
    private List<AddedToken> AddedTokens()
    {
        var tokens = new List<AddedToken>();
        for (var id = 0; id < _model.Pieces.Count; id++)
        {
            var (text, _, kind, _) = _model.Pieces[id];
            if (kind is PieceKind.Control or PieceKind.Unknown || (kind == PieceKind.UserDefined && _model.ModelType == BytePairs))
            {
                var special = kind != PieceKind.UserDefined;
                tokens.Add(new AddedToken(id, text, SingleWord: false, StripLeft: false, StripRight: false, Normalized: !special, special));
            }
        }

        return tokens;
    }

    private SentencePieceNormalizer Normalizer()
    {
        try
        {
            return new SentencePieceNormalizer(
                _model.Normalizer, _model.SpaceIsSuffix, _model.Pieces.Where(piece => piece.Kind == PieceKind.UserDefined).Select(piece => piece.Text));
        }
        catch (FormatException exception)
        {
            throw Fault(0, exception.Message);
        }
    }

    private int? ControlId(string piece) => _idOfText.TryGetValue(piece, out var id) && _model.Pieces[id].Kind == PieceKind.Control ? id : null;

    private Func<IWordModel> BytePairModel(int[]? byteIds, int unknownId)
    {
        var open = _model.Pieces.ConvertAll(piece => piece.Kind == PieceKind.Normal ? piece.Text : null);
        var (rules, ranks) = new PieceMerges(_model.Pieces, _idOfText, Fault).Rules();
        var model = new BpeModel
        {
            Alphabet = new CharacterIds(open, byteIds, unknownId),
            Merges = new MergeTable(rules, ranks),
            Boundaries = new WordBoundaries(open, rules),
            FusedId = byteIds is null ? unknownId : -1,
        };
        return () => new WordEncoder(model);
    }

    private Func<IWordModel> UnigramModel(int[]? byteIds, int unknownId)
    {
        var trie = new PieceTrie(_model.Pieces.Select(piece => piece.Kind is PieceKind.Normal or PieceKind.UserDefined ? Encoding.UTF8.GetBytes(piece.Text) : []));
        var normal = _model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty(0).ToList();
        var scores = _model.Pieces.ConvertAll(piece => piece.Kind == PieceKind.UserDefined
            ? (Encoding.UTF8.GetByteCount(piece.Text) * Math.Max(SmallestNormal, normal.Max())) - 0.1
            : piece.Score);
        var model = new UnigramVocabulary(trie, scores, normal.Min() - 10f, unknownId, byteIds);
        return () => new UnigramEncoder(model);
    }

    private TokenizerFormatException Fault(long offset, string message) => new(_path, offset, message);
}
