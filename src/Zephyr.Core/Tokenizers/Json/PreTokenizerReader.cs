using System.Text;
using Zephyr.Core.Tokenizers.PreTokenizers;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Reads the pre-tokenizer of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    /// <summary>Appends the steps of a pre-tokenizer; a sequence has several.</summary>
    public static void Read(Component component, List<IPreTokenizer> steps)
    {
        switch (component.Type)
        {
            case "Sequence":
                foreach (var child in component.Children("pretokenizers"))
                {
                    Read(child, steps);
                }

                break;
            case "ByteLevel":
                // Only offsets depend on it.
                _ = component.Boolean("trim_offsets", true);
                steps.Add(new ByteLevelPreTokenizer(component.Boolean("add_prefix_space", true), component.Boolean("use_regex", true)));
                steps.Add(new ByteMappingPreTokenizer());
                break;
            case "Split":
                steps.Add(new PatternSplitter(component.TextPattern("pattern"), Behavior(component, null), component.Boolean("invert", false)));
                break;
            case "Metaspace":
                steps.Add(Metaspace(component));
                break;
            case "Digits":
                var behavior = component.Boolean("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                steps.Add(new PatternSplitter(new CharacterPattern(CharacterClasses.IsNumeric), behavior, invert: false));
                break;
            case "Punctuation":
                steps.Add(new PatternSplitter(new CharacterPattern(CharacterClasses.IsPunctuation), Behavior(component, SplitBehavior.Isolated), invert: false));
                break;
            case "Whitespace":
                steps.Add(new PatternSplitter(new WordRunPattern(), SplitBehavior.Removed, invert: true));
                break;
            case "WhitespaceSplit":
                steps.Add(new PatternSplitter(new CharacterPattern(Rune.IsWhiteSpace), SplitBehavior.Removed, invert: false));
                break;
            default:
                throw component.NotSupported("Sequence, ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace and WhitespaceSplit");
        }

        component.End();
    }

    /// <summary>The mark of <c>Metaspace</c> and when one is put in, for pre-tokenizer and decoder.</summary>
    public static (char Mark, PrependScheme Scheme, bool Cuts) MetaspaceSettings(Component component)
    {
        _ = component.Text("str_rep");
        var addsPrefix = component.Boolean("add_prefix_space", true);
        var scheme = component.Text("prepend_scheme") switch
        {
            null => addsPrefix ? PrependScheme.Always : PrependScheme.Never,
            "never" => PrependScheme.Never,
            "first" => PrependScheme.First,
            "always" => PrependScheme.Always,
            var other => throw component.Fault($"prepend_scheme '{other}' is not one of always, first, never"),
        };
        return (component.Character("replacement"), scheme, component.Boolean("split", true));
    }

    private static MetaspacePreTokenizer Metaspace(Component component)
    {
        var (mark, scheme, cuts) = MetaspaceSettings(component);
        return new MetaspacePreTokenizer(mark, scheme, cuts);
    }

    private static SplitBehavior Behavior(Component component, SplitBehavior? otherwise) => (component.Text("behavior"), otherwise) switch
    {
        ("Removed", _) => SplitBehavior.Removed,
        ("Isolated", _) => SplitBehavior.Isolated,
        ("MergedWithPrevious", _) => SplitBehavior.MergedWithPrevious,
        ("MergedWithNext", _) => SplitBehavior.MergedWithNext,
        ("Contiguous", _) => SplitBehavior.Contiguous,
        (null, { } behavior) => behavior,
        (var name, _) => throw component.Fault($"behavior '{name}' is not one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
    };
}
