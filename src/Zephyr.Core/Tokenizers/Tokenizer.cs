using System.Collections.Concurrent;
using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// A byte-pair encoding with byte fallback, read from a Hugging Face <c>tokenizer.json</c> of the Llama and Mistral kind; it gives exactly
/// the ids that Hugging Face tokenizers gives. Immutable and safe for use from several threads at once.
/// </summary>
public sealed class Tokenizer
{
    private const int LongestPooledText = 1 << 20;
    private readonly TokenizerDefinition _definition;
    private readonly TokenizerFiles _files;
    private readonly CharacterIds _characters;
    private readonly WordBoundaries _boundaries;
    private readonly MergeTable _merges;
    private readonly PieceDecoder _pieces;
    private readonly AddedTokenMatcher _addedTokens;
    private readonly AddedTokenMatcher _normalizedTokens;
    private readonly Dictionary<string, int> _idOfPiece;
    private readonly ConcurrentBag<WordEncoder> _encoders = [];

    internal Tokenizer(TokenizerFiles files)
    {
        _files = files;
        _definition = TokenizerJsonReader.Read(files.TokenizerJson, files.TokenizerPath);
        _characters = new CharacterIds(_definition);
        _boundaries = new WordBoundaries(_definition);
        _merges = new MergeTable(_definition.Merges);
        _pieces = new PieceDecoder(_definition);
        _addedTokens = new AddedTokenMatcher(_definition.AddedTokens.Where(token => !token.Normalized));
        _normalizedTokens = new AddedTokenMatcher(_definition.AddedTokens.Where(token => token.Normalized)
            .Select(token => token with { Content = Normalize(token.Content) }));
        _idOfPiece = new Dictionary<string, int>(_definition.Pieces.Count, StringComparer.Ordinal);
        for (var id = 0; id < _definition.Pieces.Count; id++)
        {
            _idOfPiece.Add(_definition.Pieces[id], id);
        }

        UnknownId = _idOfPiece[_definition.UnknownPiece];
        BosId = files.IdOf("bos_token", "<s>", _idOfPiece);
        EosId = files.IdOf("eos_token", "</s>", _idOfPiece);
        PadId = files.OptionalIdOf("pad_token", _idOfPiece);
    }

    /// <summary>Number of pieces, special tokens included; ids are 0 to this minus 1.</summary>
    public int VocabSize => _definition.Pieces.Count;

    /// <summary>Id of the token that begins a text.</summary>
    public int BosId { get; }

    /// <summary>Id of the token that ends a text or a turn.</summary>
    public int EosId { get; }

    /// <summary>Id of the piece for unknown text; byte fallback leaves it unused.</summary>
    public int UnknownId { get; }

    /// <summary>Id of the padding token, where the tokenizer names one; training pads by position and does not need it.</summary>
    public int? PadId { get; }

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="fileOrFolder">A <c>tokenizer.json</c>, or the folder that holds it and perhaps a <c>tokenizer_config.json</c>.</param>
    /// <exception cref="TokenizerFormatException">A file is damaged or asks for something unsupported.</exception>
    /// <exception cref="ZephyrException">The file is not there, too large or cannot be read.</exception>
    public static Tokenizer Load(string fileOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileOrFolder);
        return new Tokenizer(TokenizerFiles.Read(fileOrFolder));
    }

    /// <summary>The ids of a text; added tokens written in it, such as <c>&lt;/s&gt;</c>, become those tokens.</summary>
    /// <param name="text">The text. Half of a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecial">Whether the tokens of the file's template (usually the beginning-of-text token) are put around it.</param>
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

    /// <summary>Appends the ids of a stretch of text in which special tokens are plain text: whoever writes <c>&lt;/s&gt;</c> there cannot end a turn.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="ids">Where the ids go.</param>
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
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place = TextPlace.Start)
    {
        var text = new StringBuilder(ids.Length * 4);
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            var value = _pieces.Byte(id);
            if (skipSpecial && _pieces.IsSpecial(id))
            {
                continue;
            }

            if (value >= 0)
            {
                bytes.Add((byte)value);
                continue;
            }

            if (bytes.Count > 0)
            {
                PieceDecoder.AppendBytes(bytes.ToArray(), text);
                bytes.Clear();
            }

            text.Append(_pieces.Text(id));
        }

        PieceDecoder.AppendBytes(bytes.ToArray(), text);
        return _pieces.StrippedSpaces > 0 && place != TextPlace.Continuation && text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    /// <summary>Starts decoding ids that come one by one.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <param name="place">Where the text stands; a space that starts a continuation is kept.</param>
    public StreamingDecoder DecodeStream(bool skipSpecial, TextPlace place = TextPlace.Start) =>
        new(_pieces, skipSpecial, place == TextPlace.Continuation ? 0 : _pieces.StrippedSpaces);

    /// <summary>The piece of an id as the vocabulary writes it, such as <c>▁the</c>.</summary>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public string Piece(int id)
    {
        _ = _pieces.Text(id);
        return _definition.Pieces[id];
    }

    /// <summary>The id of a piece as the vocabulary writes it, or null.</summary>
    public int? IdOf(string piece) => _idOfPiece.TryGetValue(piece, out var id) ? id : null;

    /// <summary>
    /// Writes <c>tokenizer.json</c>, byte for byte as it was read, and <c>tokenizer_config.json</c> with the Zephyr chat template,
    /// so that other tools open the folder.
    /// </summary>
    /// <param name="folder">The folder; made when it is not there.</param>
    public void Save(string folder) => _files.Save(folder);

    private void Append(ReadOnlySpan<char> text, TextPlace place, bool recogniseSpecial, List<int> output)
    {
        if (!_encoders.TryTake(out var encoder))
        {
            encoder = new WordEncoder(_characters, _boundaries, _merges);
        }

        var from = 0;
        while (from < text.Length)
        {
            var found = _addedTokens.Next(text, from, recogniseSpecial, out var id, out var start, out var end);
            if (start > from)
            {
                AppendStretch(text[from..start], place, recogniseSpecial, encoder, output);
            }

            if (found)
            {
                output.Add(id);
                place = TextPlace.AfterSpecialToken;
            }

            from = end;
        }

        // A very long text leaves large scratch space behind, which is not worth keeping.
        if (text.Length < LongestPooledText)
        {
            _encoders.Add(encoder);
        }
    }

    private void AppendStretch(ReadOnlySpan<char> text, TextPlace place, bool recogniseSpecial, WordEncoder encoder, List<int> output)
    {
        var prefix = place != TextPlace.Continuation && NeedsPrefix(text[0], place);
        if (_normalizedTokens.IsEmpty)
        {
            encoder.Encode(text, prefix, output);
            return;
        }

        // These are looked for in the text as the normalizer leaves it, which has its word marks already.
        ReadOnlySpan<char> normalized = _definition.NormalizesSpaces
            ? string.Concat(prefix ? "\u2581" : "", text).Replace(' ', TokenizerDefinition.WordMark)
            : text;
        var from = 0;
        while (from < normalized.Length)
        {
            var found = _normalizedTokens.Next(normalized, from, recogniseSpecial, out var id, out var start, out var end);
            if (start > from)
            {
                var part = normalized[from..start];
                encoder.Encode(part, !_definition.NormalizesSpaces && place != TextPlace.Continuation && NeedsPrefix(part[0], place), output);
            }

            if (found)
            {
                output.Add(id);
            }

            place = found ? TextPlace.AfterSpecialToken : place;
            from = end;
        }
    }

    private bool NeedsPrefix(char first, TextPlace place)
    {
        var startsWithSpace = first is ' ' or TokenizerDefinition.WordMark;
        return _definition.Prefix switch
        {
            PrefixRule.Always => true,
            PrefixRule.AlwaysUnlessSpace => !startsWithSpace,
            PrefixRule.FirstUnlessSpace => place == TextPlace.Start && !startsWithSpace,
            _ => false,
        };
    }

    private string Normalize(string content) => !_definition.NormalizesSpaces
        ? content
        : (_definition.Prefix == PrefixRule.Always ? "\u2581" : "") + content.Replace(' ', TokenizerDefinition.WordMark);
}
