namespace Zephyr.Core.Training;

/// <summary>
/// How many optimizer steps a run takes and which batches each of them sums: a pure function of the step, so that a run continues
/// with the same data from any step. The last step of an epoch takes the batches that are left.
/// </summary>
internal sealed class StepPlan
{
    private readonly int _batchesPerEpoch;
    private readonly int _accumulationSteps;

    /// <summary>Creates the plan.</summary>
    /// <param name="batchesPerEpoch">Forward passes in one epoch, counted after packing.</param>
    /// <param name="options">Accumulation, epochs and the bound on steps.</param>
    /// <exception cref="ZephyrException">There is no step to take.</exception>
    public StepPlan(int batchesPerEpoch, OptimizationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchesPerEpoch, 1);
        _batchesPerEpoch = batchesPerEpoch;
        _accumulationSteps = options.AccumulationSteps;
        StepsPerEpoch = ((batchesPerEpoch - 1) / _accumulationSteps) + 1;
        var steps = Math.Ceiling(options.Epochs * StepsPerEpoch);
        if (!(steps >= 1) || steps > int.MaxValue)
        {
            throw new ZephyrException($"epochs: {options.Epochs} epochs of {StepsPerEpoch} steps are {steps} steps. Set epochs above 0.");
        }

        TotalSteps = Math.Min((int)steps, options.MaxSteps ?? int.MaxValue);
    }

    /// <summary>Optimizer steps in one epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>The batches of a step.</summary>
    /// <param name="step">Steps taken before it: 0 for the first.</param>
    /// <returns>The epoch, from 0, and the indices of its batches.</returns>
    public (int Epoch, IEnumerable<int> Batches) Window(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var first = step % StepsPerEpoch * _accumulationSteps;
        return (step / StepsPerEpoch, Enumerable.Range(first, Math.Min(_accumulationSteps, _batchesPerEpoch - first)));
    }
}
