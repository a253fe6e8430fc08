using Zephyr.Core.Json;
using Zephyr.Core.Tokenizers.Decoders;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>
/// Reads a Hugging Face tokenizer.json with a byte-pair model, over characters with byte fallback (Llama, Mistral) or over bytes (GPT-2,
/// Llama 3, Qwen). Whatever changes the ids and is not supported is refused by name, so that a file either gives exactly the ids of other
/// tools or does not load.
/// </summary>
internal sealed class TokenizerJsonReader
{
    private readonly string _path;
    private readonly byte[] _json;
    private readonly List<(AddedToken Token, int Offset)> _added = [];
    private readonly Dictionary<string, JsonPart> _parts = new(StringComparer.Ordinal);
    private BpeModelReader? _model;

    private TokenizerJsonReader(byte[] json, string path) => (_json, _path) = (json, path);

    /// <summary>Reads a definition.</summary>
    /// <param name="json">Content of the file.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something unsupported.</exception>
    public static TokenizerDefinition Read(byte[] json, string path) => new TokenizerJsonReader(json, path).Read();

    private TokenizerDefinition Read()
    {
        var cursor = new JsonCursor(_json, TextPosition.Start, Fault);
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
        return _model is { } model ? Resolve(model) : throw cursor.FaultAt(0, "the file has no 'model'; this is not a tokenizer.json");
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
            case "normalizer" or "pre_tokenizer" or "post_processor" or "decoder":
                if (!cursor.IsNull)
                {
                    _parts.Add(name, JsonPart.Read(ref cursor));
                }

                break;
            case "model":
                _model = new BpeModelReader();
                _model.Read(ref cursor);
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
                    "id" => token with { Id = cursor.Integer("'id'", 0, TokenizerDefinition.MaxPieces - 1) },
                    "content" => token with { Content = cursor.String("'content'") },
                    "single_word" => token with { SingleWord = cursor.Boolean("'single_word'") },
                    "lstrip" => token with { StripLeft = cursor.Boolean("'lstrip'") },
                    "rstrip" => token with { StripRight = cursor.Boolean("'rstrip'") },
                    "normalized" => token with { Normalized = cursor.Boolean("'normalized'") },
                    "special" => token with { Special = cursor.Boolean("'special'") },
                    _ => throw cursor.Fault($"'{name}' is not a known setting of an added token"),
                };
            }

            if (token.Id < 0 || token.Content.Length is 0 or > TokenizerDefinition.MaxPieceLength)
            {
                throw cursor.FaultAt(offset, $"an added token needs an 'id' and a 'content' of 1 to {TokenizerDefinition.MaxPieceLength} characters");
            }

            _added.Add((token, offset));
        }
    }

    private TokenizerDefinition Resolve(BpeModelReader model)
    {
        var steps = new List<IPreTokenizer>();
        if (Part("pre_tokenizer", "pre-tokenizer") is { } preTokenizer)
        {
            PreTokenizerReader.Read(preTokenizer, steps);
        }

        // As the last step bytes need not be written as characters first: the model takes them as they are.
        var bytes = steps is [.., ByteMappingPreTokenizer];
        if (bytes)
        {
            steps.RemoveAt(steps.Count - 1);
        }

        var resolved = model.Resolve(_added, bytes, (offset, message) => Fault(PositionOf(offset), message));
        var postProcessor = new PostProcessorReader(resolved.Pieces.Length);
        if (Part("post_processor", "post-processor") is { } component)
        {
            postProcessor.Read(component);
        }

        var tokens = _added.ConvertAll(added => added.Token);
        return new TokenizerDefinition
        {
            Pieces = resolved.Pieces,
            AddedTokens = tokens,
            Normalizer = Part("normalizer", "normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null,
            PreTokenizers = steps,
            NewModel = () => new Models.WordEncoder(resolved.Model),
            Decoder = DecoderReader.Read(Part("decoder", "decoder"), new PieceTable(resolved.Pieces, tokens)),
            TemplatePrefix = postProcessor.Prefix,
            TemplateSuffix = postProcessor.Suffix,
            UnknownId = resolved.UnknownId,
        };
    }

    private Component? Part(string name, string what) => _parts.TryGetValue(name, out var part) ? new Component(part, what, Fault, PositionOf) : null;

    private TextPosition PositionOf(int offset) => TextPosition.Start.After(_json.AsSpan(0, Math.Min(offset, _json.Length)));

    private TokenizerFormatException Fault(TextPosition position, string message) => new(_path, position, message);
}
