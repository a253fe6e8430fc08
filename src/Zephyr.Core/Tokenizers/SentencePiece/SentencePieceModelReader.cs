using System.Text;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>Reads the protocol buffer that a sentencepiece model is (sentencepiece_model.proto).</summary>
internal sealed class SentencePieceModelReader
{
    private const int LongestPiece = 1024;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Func<long, string, Exception> _fault;
    private readonly SentencePieceModel _model = new();

    private SentencePieceModelReader(Func<long, string, Exception> fault) => _fault = fault;

    /// <summary>Reads a model.</summary>
    /// <param name="content">Content of the file.</param>
    /// <param name="fault">Makes the exceptions.</param>
    public static SentencePieceModel Read(byte[] content, Func<long, string, Exception> fault)
    {
        var reader = new SentencePieceModelReader(fault);
        reader.ReadModel(new ProtobufReader(content, 0, fault));
        return reader._model.Pieces.Count > 0 ? reader._model : throw fault(0, "the file has no pieces; this is no sentencepiece model");
    }

    private void ReadModel(ProtobufReader reader)
    {
        while (reader.NextField() is > 0 and var field)
        {
            switch (field)
            {
                case 1:
                    ReadPiece(reader.Message("a piece"));
                    break;
                case 2:
                    ReadTrainer(reader.Message("the trainer's settings"));
                    break;
                case 3:
                    _model.Normalizer = ReadNormalizer(reader.Message("the normalizer's settings"));
                    break;
                case 5:
                    var offset = reader.Offset;
                    if (ReadNormalizer(reader.Message("the denormalizer's settings")).CharacterMap.Length > 0)
                    {
                        throw _fault(offset, "the model has a denormalizer, which is not supported");
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadPiece(ProtobufReader reader)
    {
        var offset = reader.Offset;
        var (text, score, kind) = ("", 0f, (int)PieceKind.Normal);
        while (reader.NextField() is > 0 and var field)
        {
            switch (field)
            {
                case 1:
                    text = Text(ref reader, "the text of a piece");
                    break;
                case 2:
                    score = reader.Single("the score of a piece");
                    break;
                case 3:
                    kind = reader.Integer("the kind of a piece");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (text.Length is 0 or > LongestPiece)
        {
            throw _fault(offset, $"piece {_model.Pieces.Count} has {text.Length} characters; 1 to {LongestPiece} are allowed");
        }

        if (!Enum.IsDefined((PieceKind)kind))
        {
            throw _fault(offset, $"piece {_model.Pieces.Count} is of the unknown kind {kind}");
        }

        if (_model.Pieces.Count == TokenizerDefinition.MaxPieces)
        {
            throw _fault(offset, $"the model has more than {TokenizerDefinition.MaxPieces} pieces");
        }

        _model.Pieces.Add(new ModelPiece(text, score, (PieceKind)kind, offset));
    }

    private void ReadTrainer(ProtobufReader reader)
    {
        while (reader.NextField() is > 0 and var field)
        {
            switch (field)
            {
                case 3:
                    _model.ModelType = reader.Integer("the model's type");
                    break;
                case 24:
                    _model.SpaceIsSuffix = reader.Boolean("treat_whitespace_as_suffix");
                    break;
                case 35:
                    _model.ByteFallback = reader.Boolean("byte_fallback");
                    break;
                case 46:
                    _model.BosPiece = Text(ref reader, "bos_piece");
                    break;
                case 47:
                    _model.EosPiece = Text(ref reader, "eos_piece");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static NormalizerSpecification ReadNormalizer(ProtobufReader reader)
    {
        var result = new NormalizerSpecification();
        while (reader.NextField() is > 0 and var field)
        {
            switch (field)
            {
                case 2:
                    result = result with { CharacterMap = reader.Bytes("precompiled_charsmap").ToArray() };
                    break;
                case 3:
                    result = result with { AddsDummyPrefix = reader.Boolean("add_dummy_prefix") };
                    break;
                case 4:
                    result = result with { RemovesExtraSpaces = reader.Boolean("remove_extra_whitespaces") };
                    break;
                case 5:
                    result = result with { EscapesSpaces = reader.Boolean("escape_whitespaces") };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return result;
    }

    private static string Text(ref ProtobufReader reader, string what)
    {
        try
        {
            return s_strict.GetString(reader.Bytes(what));
        }
        catch (DecoderFallbackException)
        {
            throw reader.Fault($"{what} is not valid UTF-8");
        }
    }
}
