using Zephyr.Core.Tokenizers.Decoders;
using Zephyr.Core.Tokenizers.Normalizers;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Reads the decoder of a tokenizer.json.</summary>
internal static class DecoderReader
{
    private const string Mark = "\u2581";

    /// <summary>Reads a decoder; the two usual kinds get one that can give out text id by id.</summary>
    /// <param name="component">The decoder, or null for none.</param>
    /// <param name="pieces">The vocabulary.</param>
    public static ITokenDecoder Read(Component? component, PieceTable pieces)
    {
        if (component is null)
        {
            return new ChainDecoder(pieces, steps: null);
        }

        var flat = new List<Component>();
        Flatten(component, flat);
        var steps = flat.ConvertAll(Step);
        var types = flat.ConvertAll(part => part.Type);
        if (types is ["ByteLevel"])
        {
            return new ByteLevelDecoder(pieces);
        }

        if (types is ["Replace", "ByteFallback", "Fuse"] or ["Replace", "ByteFallback", "Fuse", "Strip"]
            && flat[0].Pattern("pattern") is (Mark, false) && flat[0].Text("content") is " "
            && (flat.Count == 3 || (flat[3].Text("content") is " " && flat[3].Count("start") <= 1 && flat[3].Count("stop") == 0)))
        {
            return new MarkedPieceDecoder(pieces, flat.Count == 4 && flat[3].Count("start") == 1 ? LeadingSpaces.OneStripped : LeadingSpaces.Kept);
        }

        return new ChainDecoder(pieces, steps);
    }

    private static void Flatten(Component component, List<Component> flat)
    {
        if (component.Type != "Sequence")
        {
            flat.Add(component);
            return;
        }

        foreach (var child in component.Children("decoders"))
        {
            Flatten(child, flat);
        }

        component.End();
    }

    private static IDecoderStep Step(Component component)
    {
        IDecoderStep step = component.Type switch
        {
            "Replace" => new ReplaceStep(new ReplaceNormalizer(component.TextPattern("pattern"), component.Text("content") ?? "")),
            "ByteFallback" => new ByteFallbackStep(),
            "Fuse" => new FuseStep(),
            "Strip" => new StripStep(component.Character("content"), component.Count("start"), component.Count("stop")),
            "Metaspace" => Metaspace(component),
            "ByteLevel" => ByteLevel(component),
            _ => throw component.NotSupported("Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace and Strip"),
        };
        component.End();
        return step;
    }

    private static MetaspaceStep Metaspace(Component component)
    {
        var (mark, scheme, _) = PreTokenizerReader.MetaspaceSettings(component);
        return new MetaspaceStep(mark, scheme != PrependScheme.Never);
    }

    private static ByteLevelStep ByteLevel(Component component)
    {
        // The same three settings as the pre-tokenizer has; none of them plays a part in decoding.
        foreach (var name in new[] { "add_prefix_space", "trim_offsets", "use_regex" })
        {
            _ = component.Boolean(name, true);
        }

        return new ByteLevelStep();
    }
}
