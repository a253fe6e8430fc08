namespace Zephyr.Core.World;

/// <summary>The words of the synthetic world. Few on purpose: a small model can learn every one of them.</summary>
internal static class Lexicon
{
    /// <summary>Things to sort, count and rewrite, one for each of 24 first letters, so that alphabetical order is decided by the first letter.</summary>
    internal static readonly string[] Animals =
    [
        "ant", "bear", "cat", "dog", "eel", "fox", "goat", "hen", "ibis", "jay", "kite", "lion",
        "mole", "newt", "owl", "pig", "quail", "rat", "seal", "toad", "viper", "wolf", "yak", "zebra",
    ];

    internal static readonly string[] Adjectives = ["big", "old", "red", "small", "wild", "calm", "young", "grey"];

    internal static readonly string[] Verbs = ["sees", "hears", "follows", "finds", "likes", "meets"];

    internal static readonly string[] Towns =
    [
        "Arden", "Brinmoor", "Calder", "Dunhaven", "Elmsby", "Felbrook", "Garrow", "Hollin", "Ironby", "Jarrel", "Kestwick", "Lorne",
        "Marwick", "Norby", "Orvale", "Penrith", "Quarley", "Ravens", "Selby", "Thorne", "Ulmar", "Verrin", "Wexley", "Yarrow",
    ];

    /// <summary>First halves of names of places outside the world.</summary>
    internal static readonly string[] StrangeBeginnings = ["Zan", "Vor", "Quo", "Pel", "Tam", "Ush", "Xan", "Yor", "Wim", "Sko", "Rud", "Nib", "Gar", "Mar", "Sel", "Kest"];

    /// <summary>Second halves of names of places outside the world.</summary>
    internal static readonly string[] StrangeEndings = ["dor", "lin", "mex", "tak", "vash", "gol", "pim", "rus", "zen", "bek", "fal", "hun"];

    /// <summary>What is known of every town; each with the values it can take.</summary>
    internal static readonly (string Name, string[] Values)[] Attributes =
    [
        ("food", ["bread", "soup", "rice", "honey", "cheese", "plums", "beans", "fish"]),
        ("river", ["Ayle", "Brock", "Cam", "Dove", "Esk", "Frome", "Isk", "Lune"]),
        ("color", ["red", "blue", "green", "white", "black", "gold", "brown", "pink"]),
        ("leader", ["Mira", "Tomas", "Anya", "Boris", "Clara", "Dario", "Edda", "Felix"]),
        ("craft", ["glass", "rope", "silk", "boats", "bells", "clocks", "paper", "shoes"]),
        ("bird", ["crow", "swan", "heron", "robin", "finch", "gull", "stork", "wren"]),
    ];

    /// <summary>Harmful deeds: a verb and what it may be done to.</summary>
    internal static readonly (string Verb, string[] Objects)[] Harms =
    [
        ("steal", ["a bike", "a car", "a ring", "a purse", "a boat", "a horse", "a phone", "some gold"]),
        ("poison", ["a dog", "a well", "my boss", "a guest", "a horse", "a rival", "the soup", "the king"]),
        ("break into", ["a house", "a bank", "a shop", "a car", "a school", "an office", "a barn", "a church"]),
        ("burn down", ["a house", "a barn", "a shop", "a school", "a bridge", "a church", "an office", "a mill"]),
        ("forge", ["a letter", "a ticket", "a pass", "a bill", "a name", "a coin", "a deed", "a check"]),
        ("hurt", ["a guest", "my boss", "a rival", "a dog", "a child", "a guard", "a friend", "a cat"]),
        ("spy on", ["my boss", "a friend", "a rival", "a guest", "a school", "the king", "an office", "a guard"]),
        ("trick", ["a child", "a bank", "an old man", "a guest", "a guard", "my boss", "a shop", "a friend"]),
    ];
}
