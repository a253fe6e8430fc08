using System.Runtime.InteropServices;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>A stretch of a text that is not the template's own.</summary>
/// <param name="Start">Where it starts, in UTF-16 units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Message">Index of the message whose content it is, or -1.</param>
/// <param name="Generation">Number of the <c>generation</c> block that wrote it, or -1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextRun(int Start, int End, int Message, int Generation)
{
    /// <summary>Whether another run is of the same origin.</summary>
    public bool SameOrigin(TextRun other) => Message == other.Message && Generation == other.Generation;
}
