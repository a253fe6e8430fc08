using Zephyr.Core.Tokenizers.Normalizers;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Reads the normalizer of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    /// <summary>Reads a normalizer.</summary>
    public static ITextNormalizer Read(Component component)
    {
        ITextNormalizer normalizer = component.Type switch
        {
            "Sequence" => new SequenceNormalizer([.. component.Children("normalizers").Select(Read)]),
            "NFC" => new UnicodeNormalizer(compatible: false, compose: true),
            "NFD" => new UnicodeNormalizer(compatible: false, compose: false),
            "NFKC" => new UnicodeNormalizer(compatible: true, compose: true),
            "NFKD" => new UnicodeNormalizer(compatible: true, compose: false),
            "Lowercase" => CharacterNormalizer.Lowercase(),
            "StripAccents" => CharacterNormalizer.StripAccents(),
            "Nmt" => CharacterNormalizer.Nmt(),
            "Strip" => new StripNormalizer(component.Boolean("strip_left", true), component.Boolean("strip_right", true)),
            "Prepend" => new PrependNormalizer(component.Text("prepend") ?? ""),
            "Replace" => Replace(component),
            "ByteLevel" => new ByteLevelNormalizer(),
            _ => throw component.NotSupported("Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Nmt, Replace, Prepend and ByteLevel"),
        };
        component.End();
        return normalizer;
    }

    private static ITextNormalizer Replace(Component component)
    {
        var (pattern, isRegex) = component.Pattern("pattern");
        var content = component.Text("content") ?? "";
        return !isRegex && pattern is [var from] && content is [var to] && !char.IsSurrogate(from) && !char.IsSurrogate(to)
            ? new ReplaceCharacterNormalizer(from, to)
            : new ReplaceNormalizer(component.TextPattern("pattern"), content);
    }
}
