using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>Counts of live tensors are the process's, so nothing else may run beside these tests.</summary>
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
[Collection(nameof(LiveTensorTests))]
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_keeps_the_same_number_of_tensors_over_steps_and_frees_its_own(bool useFused)
    {
        var counts = new List<long>();
        using var model = TinyRuns.Model(ComputeType.Bfloat16, useFused);
        using var reference = TinyRuns.Model(ComputeType.Bfloat16, useFused);
        var before = NativeHandles.LiveCount;

        TinyRuns.RunDsft(model, TinyRuns.Dsft, observer: new CountingObserver(counts));
        NativeHandles.LiveCount.ShouldBe(before);
        counts.Distinct().Count().ShouldBe(1, string.Join(", ", counts));

        counts.Clear();
        TinyRuns.RunDdpo(model, reference, TinyRuns.Ddpo, observer: new CountingObserver(counts));
        NativeHandles.LiveCount.ShouldBe(before);
        counts.Distinct().Count().ShouldBe(1, string.Join(", ", counts));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_adapters_keeps_the_same_number_of_tensors_over_steps_and_frees_its_own(bool quantized)
    {
        var counts = new List<long>();
        var before = NativeHandles.LiveCount;
        using (var model = TinyRuns.Model(ComputeType.Bfloat16, quantization: quantized ? new Nf4Options(DoubleQuantization: true) : null))
        {
            TinyRuns.RunDsft(model, TinyRuns.Dsft with { Lora = new LoraOptions { Rank = 2, Dropout = 0.1 } }, observer: new CountingObserver(counts));
            TinyRuns.Bytes(model);
        }

        NativeHandles.LiveCount.ShouldBe(before);
        counts.Distinct().Count().ShouldBe(1, string.Join(", ", counts));
    }

    [Fact]
    public async Task Loading_and_generating_frees_every_tensor()
    {
        var before = NativeHandles.LiveCount;
        using (var model = TinyRuns.Model(ComputeType.Bfloat16))
        {
            await using var engine = new GenerationEngine(model, null, new EngineOptions());
            int[][] prompts = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10]];
            await engine.AnswerAsync(
                prompts.Select(prompt => new GenerationRequest(prompt) { Sampling = new SamplingOptions { MaxTokens = 6, StopIds = [7, 8, 9] } }),
                cancellationToken: TestContext.Current.CancellationToken);
        }

        NativeHandles.LiveCount.ShouldBe(before);
    }

    private sealed class CountingObserver(List<long> counts) : ITrainingObserver
    {
        public void OnStart(TrainingPlan plan)
        {
        }

        public void OnStep(TrainingStep step) => counts.Add(NativeHandles.LiveCount);

        public void OnEvaluation(int step, IReadOnlyDictionary<string, double> metrics)
        {
        }

        public void OnNote(string message)
        {
        }
    }
}
