using TorchSharp;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Tests.Models;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>What needs a GPU: model, training, resuming and generation there.</summary>
[Trait("Device", "cuda")]
public sealed class CudaTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Device _gpu;

    public CudaTrainingTests()
    {
        Assert.SkipUnless(CudaRuntime.DeviceCount > 0, "no CUDA device");
        _gpu = DeviceChoice.Take("cuda");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mistral_tied")]
    [InlineData("mistral_untied")]
    public void Logits_and_gradients_agree_with_pytorch(string name)
    {
        using var scope = NewDisposeScope();
        using var model = DecoderModel.Load(Reference.Folder(name), ComputeType.Float32, device: _gpu);
        using var expected = Reference.Open(name, "expected");
        var ids = Reference.Tensor(expected, "ids");
        var labels = Reference.Longs(expected, "labels");
        var hidden = model.Forward(ids.to(_gpu), Reference.Positions(ids).to(_gpu));
        Reference.ShouldBeClose(Reference.Values(model.Logits(hidden)), Reference.Floats(expected, "logits"), 1e-4, "logits");
        model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(labels, device: _gpu)).Loss.div(labels.Count(label => label >= 0)).backward();
        foreach (var parameter in model.Parameters)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value.grad!), Reference.Stacked(expected, "grad.", parameter), 1e-4, parameter.Name);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Training_follows_the_cpu_and_a_stopped_run_ends_with_the_same_bits(bool adapters, bool quantized)
    {
        var options = TinyRuns.Dsft with { MaxSteps = 6, Lora = adapters ? new LoraOptions { Rank = 2, Dropout = quantized ? 0.1 : 0 } : null };
        var quantization = quantized ? new Nf4Options(true) : null;
        DecoderModel Model(Device device)
        {
            RandomModel.Create(TinyRuns.Architecture with { IntermediateSize = 32 }, TinyRuns.Vocabulary, 3, _folder.Path);
            return DecoderModel.Load(_folder.Path, ComputeType.Float32, quantization: quantization, device: device);
        }

        using var straight = Model(_gpu);
        var whole = TinyRuns.RunDsft(straight, options);
        if (!quantized)
        {
            using var cpu = Model(CPU);
            var expected = TinyRuns.RunDsft(cpu, options);
            whole.History.Select(step => step["loss"]).Zip(expected.History.Select(step => step["loss"]))
                .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-3);
        }

        using var checkpoints = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        using (var stopped = Model(_gpu))
        {
            var observer = new RecordingObserver(3, source.Cancel);
            Should.Throw<OperationCanceledException>(() => TinyRuns.RunDsft(stopped, options, checkpoints.Path, observer, source.Token));
        }

        using var continued = Model(_gpu);
        TinyRuns.RunDsft(continued, options, checkpoints.Path);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
    }

    [Fact]
    public async Task Greedy_answers_are_those_of_the_cpu()
    {
        RandomModel.Create(TinyRuns.Architecture, TinyRuns.Vocabulary, 5, _folder.Path);
        int[][] prompts = [[3, 4, 5], [6, 7, 8, 9, 10], [11]];
        async Task<IEnumerable<int>> Answers(Device device)
        {
            using var model = DecoderModel.Load(_folder.Path, ComputeType.Float32, device: device);
            await using var engine = new GenerationEngine(model, null, new EngineOptions());
            var answers = await engine.AnswerAsync(prompts.Select(prompt => new GenerationRequest(prompt) { Sampling = new SamplingOptions { MaxTokens = 12 } }));
            return answers.SelectMany(answer => answer.Ids);
        }

        (await Answers(_gpu)).ShouldBe(await Answers(CPU));
    }
}
