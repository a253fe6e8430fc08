using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Core.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void A_dsft_run_stopped_and_continued_ends_with_the_bits_of_one_that_was_not(ComputeType type)
    {
        var options = TinyRuns.Dsft with { MaxSteps = 6 };
        using var straight = TinyRuns.Model(type);
        var whole = TinyRuns.RunDsft(straight, options);
        using var source = new CancellationTokenSource();
        using (var stopped = TinyRuns.Model(type))
        {
            var observer = new RecordingObserver(3, source.Cancel);
            Should.Throw<OperationCanceledException>(() => TinyRuns.RunDsft(stopped, options, _folder.Path, observer, source.Token));
            observer.Steps.Count.ShouldBe(3);
        }

        using var continued = TinyRuns.Model(type);
        var second = new RecordingObserver();
        var rest = TinyRuns.RunDsft(continued, options, _folder.Path, second);

        second.Plan!.FirstStep.ShouldBe(3);
        second.Steps.Select(step => step.Step).ShouldBe([4, 5, 6]);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
        rest.History.Select(step => step["loss"]).ShouldBe(whole.History.Select(step => step["loss"]));
        rest.Tokens.ShouldBe(whole.Tokens);
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void A_ddpo_run_killed_and_continued_ends_with_the_bits_of_one_that_was_not(ComputeType type)
    {
        var options = TinyRuns.Ddpo with { MaxSteps = 7 };
        using var reference = TinyRuns.Model(type);
        using var straight = TinyRuns.Model(type);
        TinyRuns.RunDdpo(straight, reference, options);
        using (var killed = TinyRuns.Model(type))
        {
            // Fails in step 5, as a killed process would: the checkpoint of step 3 is the last one.
            var observer = new RecordingObserver(5, static () => throw new InvalidOperationException("killed"));
            Should.Throw<InvalidOperationException>(() => TinyRuns.RunDdpo(killed, reference, options, _folder.Path, observer));
        }

        using var continued = TinyRuns.Model(type);
        var second = new RecordingObserver();
        TinyRuns.RunDdpo(continued, reference, options, _folder.Path, second);

        second.Plan!.FirstStep.ShouldBe(3);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
    }

    [Theory]
    [InlineData(OptimizerStateType.Bfloat16)]
    [InlineData(OptimizerStateType.Int8)]
    public void Small_optimizer_states_resume_to_the_same_bits(OptimizerStateType states)
    {
        var options = TinyRuns.Dsft with { MaxSteps = 6, OptimizerStates = states };
        using var straight = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(straight, options);
        using (var killed = TinyRuns.Model(ComputeType.Bfloat16))
        {
            var observer = new RecordingObserver(5, static () => throw new InvalidOperationException("killed"));
            Should.Throw<InvalidOperationException>(() => TinyRuns.RunDsft(killed, options, _folder.Path, observer));
        }

        using var continued = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(continued, options, _folder.Path);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
    }

    [Fact]
    public void A_finished_run_asked_again_takes_no_step_and_has_the_same_weights()
    {
        var options = TinyRuns.Dsft with { MaxSteps = 2 };
        using var first = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(first, options, _folder.Path);
        using var again = TinyRuns.Model(ComputeType.Bfloat16);
        var observer = new RecordingObserver();

        TinyRuns.RunDsft(again, options, _folder.Path, observer).History.Count.ShouldBe(2);

        observer.Steps.ShouldBeEmpty();
        TinyRuns.Bytes(again).ShouldBe(TinyRuns.Bytes(first));
    }

    [Fact]
    public void Checkpoints_of_another_learning_rate_are_refused()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        TinyRuns.RunDsft(model, TinyRuns.Dsft with { MaxSteps = 1 }, _folder.Path);

        Should.Throw<ZephyrException>(() => TinyRuns.RunDsft(model, TinyRuns.Dsft with { MaxSteps = 1, LearningRate = 0.02 }, _folder.Path))
            .Message.ShouldContain("lr=0.02");
    }
}
