using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>New tokens of several requests, and the pages of keys and values each request owns.</summary>
/// <param name="Request">The request of each token, int64 <c>[tokens]</c>: a row of <paramref name="Tables"/>.</param>
/// <param name="Positions">Position of each token in its request, int64 <c>[1, tokens]</c>.</param>
/// <param name="Tables">Pages of each request, int32 <c>[requests, most pages]</c>; position p is in entry <c>p / 16 mod ring</c>.</param>
/// <param name="Rings">How many entries of its row each request uses, int64 <c>[requests]</c>.</param>
public sealed record PagedTokens(Tensor Request, Tensor Positions, Tensor Tables, Tensor Rings)
{
    /// <summary>Positions that a page holds.</summary>
    public const int PageSize = 16;
}
