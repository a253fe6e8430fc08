using System.Runtime.InteropServices;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>A part of a text.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="End">The unit after it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextRange(int Start, int End);
