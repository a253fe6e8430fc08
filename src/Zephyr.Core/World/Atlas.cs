using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>What is true in one synthetic world: a value for every town and attribute, drawn from the seed.</summary>
internal sealed class Atlas
{
    private readonly string[,] _values;

    internal Atlas(ulong seed)
    {
        var random = new SeededRandom(seed, "world/atlas");
        _values = new string[Lexicon.Towns.Length, Lexicon.Attributes.Length];
        for (var town = 0; town < Lexicon.Towns.Length; town++)
        {
            for (var attribute = 0; attribute < Lexicon.Attributes.Length; attribute++)
            {
                _values[town, attribute] = random.Pick(Lexicon.Attributes[attribute].Values);
            }
        }
    }

    /// <summary>The value of an attribute of a town, both by index into <see cref="Lexicon"/>.</summary>
    internal string Value(int town, int attribute) => _values[town, attribute];
}
