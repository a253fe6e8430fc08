namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>One step of a chain of decoders: a list of texts becomes another.</summary>
internal interface IDecoderStep
{
    /// <summary>Takes the texts one step further.</summary>
    /// <param name="texts">The texts; at first the pieces.</param>
    /// <param name="continuation">Whether they continue a text, so that a space at their start is kept.</param>
    IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation);
}
