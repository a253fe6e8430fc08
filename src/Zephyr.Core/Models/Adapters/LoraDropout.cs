using Zephyr.Core.Randomness;
using static TorchSharp.torch;

namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// Dropout on the adapters' inputs. The mask of a module is a function of (seed, stage, step, pass, module) alone: a continued run
/// draws those of an uninterrupted one, and a forward pass that is computed again in backward draws its own once more.
/// </summary>
/// <param name="rate">Share of the inputs set to zero.</param>
/// <param name="seed">The experiment's seed.</param>
/// <param name="stage">The stage, <c>dsft</c>.</param>
internal sealed class LoraDropout(double rate, ulong seed, string stage)
{
    private (int Step, int Pass)? _place;

    /// <summary>Switches dropout on for one forward and backward pass.</summary>
    /// <param name="step">Optimizer steps taken before this one.</param>
    /// <param name="pass">The pass within the step, from 0.</param>
    /// <returns>Switches it off when disposed.</returns>
    public IDisposable Begin(int step, int pass)
    {
        _place = (step, pass);
        return new Pass(this);
    }

    /// <summary>Thins an adapter's input if a training pass is on.</summary>
    /// <param name="x">The input.</param>
    /// <param name="module">The adapter's projection.</param>
    /// <returns>
    /// The input with some values zero, and the factor that keeps its mean: the caller multiplies by it where that is cheap and rounds once.
    /// </returns>
    public (Tensor Kept, double Factor) Apply(Tensor x, string module)
    {
        if (rate == 0 || _place is not { } place)
        {
            return (x, 1);
        }

        using var scope = NewDisposeScope();
        var start = new SeededRandom(seed, $"{stage}/dropout/{place.Step}/{place.Pass}/{module}").NextUInt64();
        using var generator = new Generator(start, x.device);
        var kept = empty(x.shape, ScalarType.Float32, x.device).uniform_(0, 1, generator).ge(rate).to_type(x.dtype);
        return (x.mul(kept).MoveToOuterDisposeScope(), 1 / (1 - rate));
    }

    private sealed class Pass(LoraDropout owner) : IDisposable
    {
        public void Dispose() => owner._place = null;
    }
}
