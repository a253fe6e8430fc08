using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>Which positions attend to which, and the factor on their scores.</summary>
/// <param name="DocumentStarts">int32 <c>[batch, sequence]</c>: for each position the index of the first position of the document
/// that holds it. Attention stays within a document; padding after a row's end is a document of its own. Null: one document a row.</param>
/// <param name="SlidingWindow">How many positions, its own included, each position sees. Null: all before it.</param>
/// <param name="Scale">Multiplies the scores, usually <c>1 / sqrt(headDim)</c>.</param>
public sealed record AttentionLayout(Tensor? DocumentStarts, int? SlidingWindow, double Scale)
{
    // The exports take 0 for "none"; a window that sees nothing is an error, not "none".
    internal long Window => SlidingWindow switch
    {
        null => 0,
        > 0 => SlidingWindow.Value,
        _ => throw new ShapeMismatchException(
            nameof(AttentionLayout), $"A sliding window holds at least the position itself: {SlidingWindow} does not do; give 1 or more, or null for none."),
    };
}
