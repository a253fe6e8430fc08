using System.Collections.Concurrent;
using Zephyr.Core.Tokenizers.Models;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// A tokenizer read from a Hugging Face <c>tokenizer.json</c> or a sentencepiece <c>tokenizer.model</c>; it gives exactly the ids that those
/// tools give. Immutable and safe for use from several threads at once.
/// </summary>
public sealed class Tokenizer
{
    private const int LongestPooledText = 1 << 20;
    private readonly TokenizerDefinition _definition;
    private readonly TokenizerFiles _files;
    private readonly AddedTokenMatcher _rawTokens;
    private readonly AddedTokenMatcher _normalizedTokens;
    private readonly Dictionary<string, int> _idOfPiece;
    private readonly ConcurrentBag<TextPipeline> _pipelines = [];
    private readonly int? _bosId;
    private readonly int? _eosId;

    internal Tokenizer(TokenizerFiles files)
    {
        _files = files;
        _definition = files.ReadDefinition();
        _rawTokens = new AddedTokenMatcher(_definition.AddedTokens.Where(token => !token.Normalized));
        _normalizedTokens = new AddedTokenMatcher(_definition.AddedTokens.Where(token => token.Normalized)
            .Select(token => token with { Content = Normalize(token.Content) }).Where(token => token.Content.Length > 0));
        _idOfPiece = new Dictionary<string, int>(_definition.Pieces.Count, StringComparer.Ordinal);
        for (var id = 0; id < _definition.Pieces.Count; id++)
        {
            if (_definition.Pieces[id] is { } piece)
            {
                _idOfPiece.TryAdd(piece, id);
            }
        }

        _bosId = files.Configuration.IdOf("bos_token", "<s>", _idOfPiece);
        _eosId = files.Configuration.IdOf("eos_token", "</s>", _idOfPiece);
        PadId = files.Configuration.IdOf("pad_token", usual: null, _idOfPiece);
    }

    /// <summary>Number of pieces, special tokens included; ids are 0 to this minus 1.</summary>
    public int VocabSize => _definition.Pieces.Count;

    /// <summary>Whether there is a token that begins a text; many byte-level vocabularies have none.</summary>
    public bool HasBosId => _bosId is not null;

    /// <summary>Id of the token that begins a text.</summary>
    /// <exception cref="ZephyrException">The tokenizer has none; see <see cref="HasBosId"/>.</exception>
    public int BosId => _bosId ?? throw Missing("bos_token", "<s>");

    /// <summary>Whether there is a token that ends a text.</summary>
    public bool HasEosId => _eosId is not null;

    /// <summary>Id of the token that ends a text or a turn.</summary>
    /// <exception cref="ZephyrException">The tokenizer has none; see <see cref="HasEosId"/>.</exception>
    public int EosId => _eosId ?? throw Missing("eos_token", "</s>");

    /// <summary>Id of the piece for unknown text, where there is one; byte fallback leaves it unused.</summary>
    public int? UnknownId => _definition.UnknownId;

    /// <summary>Id of the padding token, where the tokenizer names one; training pads by position and does not need it.</summary>
    public int? PadId { get; }

    /// <summary>The special tokens of the vocabulary.</summary>
    internal IEnumerable<AddedToken> SpecialTokens => _definition.AddedTokens.Where(token => token.Special);

    /// <summary>All tokens that are cut out of a text before merging.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens => _definition.AddedTokens;

    /// <summary>The file it was read from.</summary>
    internal TokenizerFiles Files => _files;

    /// <summary>Whether text is changed before it is cut.</summary>
    internal bool HasNormalizer => _definition.Normalizer is not null;

    /// <summary>Ids that are put before and after a text when special tokens are asked for.</summary>
    internal (IReadOnlyList<int> Before, IReadOnlyList<int> After) Around => (_definition.TemplatePrefix, _definition.TemplateSuffix);

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="fileOrFolder">
    /// A <c>tokenizer.json</c>, a sentencepiece model (a file whose name ends in <c>.model</c>), or the folder that holds one, of both the
    /// former; a <c>tokenizer_config.json</c> beside it is read too.
    /// </param>
    /// <exception cref="TokenizerFormatException">A file is damaged or asks for something unsupported.</exception>
    /// <exception cref="ZephyrException">The file is not there, too large or cannot be read.</exception>
    public static Tokenizer Load(string fileOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileOrFolder);
        return new Tokenizer(TokenizerFiles.Open(fileOrFolder));
    }

    /// <summary>The ids of a text; added tokens written in it, such as <c>&lt;/s&gt;</c>, become those tokens.</summary>
    /// <param name="text">The text. Half of a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecial">Whether the tokens of the file's template (usually the beginning-of-text token) are put around it.</param>
    /// <exception cref="ZephyrException">A split pattern of the tokenizer takes too long on this text.</exception>
    public int[] Encode(string text, bool addSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 4);
        if (addSpecial)
        {
            ids.AddRange(_definition.TemplatePrefix);
        }

        Append(text, TextPlace.Start, recogniseSpecial: true, ids);
        if (addSpecial)
        {
            ids.AddRange(_definition.TemplateSuffix);
        }

        return [.. ids];
    }

    /// <summary>As <see cref="Encode"/> for many texts, on several cores; the results are in the order of the texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="addSpecial">Whether the tokens of the file's template are put around each.</param>
    /// <param name="threads">How many threads work at once.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ZephyrException">A split pattern of the tokenizer takes too long on a text.</exception>
    public int[][] EncodeBatch(IReadOnlyList<string> texts, bool addSpecial, int threads, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var results = new int[texts.Count][];
        try
        {
            Parallel.For(
                0,
                texts.Count,
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
                index => results[index] = Encode(texts[index], addSpecial));
        }
        catch (AggregateException exception) when (exception.InnerExceptions.FirstOrDefault(inner => inner is ZephyrException) is { } first)
        {
            throw new ZephyrException(first.Message, exception);
        }

        return results;
    }

    /// <summary>Appends the ids of a stretch of text in which special tokens are plain text: whoever writes <c>&lt;/s&gt;</c> there cannot end a turn.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <exception cref="ZephyrException">A split pattern of the tokenizer takes too long on this text.</exception>
    public void AppendPlain(ReadOnlySpan<char> text, TextPlace place, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Append(text, place, recogniseSpecial: false, ids);
    }

    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <param name="place">Where the text stands; a space that starts a continuation is kept.</param>
    /// <exception cref="ZephyrException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place = TextPlace.Start) => _definition.Decoder.Decode(ids, skipSpecial, place);

    /// <summary>Starts decoding ids that come one by one.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <param name="place">Where the text stands; a space that starts a continuation is kept.</param>
    public StreamingDecoder DecodeStream(bool skipSpecial, TextPlace place = TextPlace.Start) => new(_definition.Decoder.Start(skipSpecial, place));

    /// <summary>The piece of an id as the vocabulary writes it, such as <c>▁the</c>.</summary>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public string Piece(int id) => (uint)id < (uint)VocabSize && _definition.Pieces[id] is { } piece
        ? piece
        : throw new ZephyrException($"token id {id} is not in the vocabulary, which has ids 0 to {VocabSize - 1}; the ids come from another tokenizer");

    /// <summary>The id of a piece as the vocabulary writes it, or null.</summary>
    public int? IdOf(string piece) => _idOfPiece.TryGetValue(piece, out var id) ? id : null;

    /// <summary>
    /// Writes the tokenizer's file, byte for byte as it was read, and <c>tokenizer_config.json</c> with the Zephyr chat template,
    /// so that other tools open the folder.
    /// </summary>
    /// <param name="folder">The folder; made when it is not there.</param>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        _files.Save(folder);
        _files.Configuration.Save(folder);
    }

    /// <summary>Makes what turns a part of a text into ids, without normalizer and pre-tokenizer.</summary>
    internal IWordModel NewModel() => _definition.NewModel();

    private ZephyrException Missing(string setting, string usual) => new(
        $"{_files.Path}: the vocabulary has no '{usual}', and no {setting} is named; name one as '{setting}' in tokenizer_config.json beside it");

    private void Append(ReadOnlySpan<char> text, TextPlace place, bool recogniseSpecial, List<int> output)
    {
        if (!_pipelines.TryTake(out var pipeline))
        {
            pipeline = new TextPipeline(_definition, _rawTokens, _normalizedTokens);
        }

        pipeline.Encode(ValidText.Of(text), place, recogniseSpecial, output);

        // A very long text leaves large scratch space behind, which is not worth keeping.
        if (text.Length < LongestPooledText)
        {
            _pipelines.Add(pipeline);
        }
    }

    private string Normalize(string content) => _definition.Normalizer is { } normalizer && !_definition.AddedTokensAreNormalized
        ? normalizer.Normalize(ValidText.Of(content), TextPlace.Start, new TextScratch()).ToString()
        : content;
}
