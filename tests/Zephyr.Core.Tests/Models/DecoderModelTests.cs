using System.Text.Json;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Models;

public sealed class DecoderModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mistral_tied", true)]
    [InlineData("mistral_tied", false)]
    [InlineData("mistral_untied", true)]
    [InlineData("mistral_untied", false)]
    public void Logits_loss_and_every_gradient_agree_with_pytorch(string name, bool useFused)
    {
        using var scope = NewDisposeScope();
        using var model = DecoderModel.Load(Reference.Folder(name), ComputeType.Float32, useFused);
        using var expected = Reference.Open(name, "expected");
        var ids = Reference.Tensor(expected, "ids");
        var labels = Reference.Longs(expected, "labels");

        var hidden = model.Forward(ids, Reference.Positions(ids));
        Reference.ShouldBeClose(Reference.Values(model.Logits(hidden)), Reference.Floats(expected, "logits"), 1e-4, "logits");

        var (sum, hits) = model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(labels));
        var loss = sum.div(labels.Count(label => label >= 0));
        loss.backward();

        loss.item<float>().ShouldBe(Reference.Floats(expected, "loss")[0], 1e-4f);
        hits.item<long>().ShouldBe(Reference.Longs(expected, "hits")[0]);
        foreach (var parameter in model.Parameters)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value.grad!), Reference.Stacked(expected, "grad.", parameter), 1e-4, parameter.Name);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Documents_packed_into_one_row_give_the_logits_they_give_alone(bool useFused)
    {
        using var scope = NewDisposeScope();
        using var model = DecoderModel.Load(Reference.Folder("mistral_tied"), ComputeType.Float32, useFused);
        using var expected = Reference.Open("mistral_tied", "packed");
        var starts = Reference.Tensor(expected, "starts").to_type(ScalarType.Int32);

        var logits = model.Logits(model.Forward(Reference.Tensor(expected, "ids"), Reference.Tensor(expected, "positions"), starts));

        // The last 3 of 15 positions are padding.
        Reference.ShouldBeClose(Reference.Values(logits.narrow(1, 0, 12)), Reference.Floats(expected, "logits"), 1e-4, "logits");
        logits.isfinite().all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Bfloat16_stays_near_float32()
    {
        using var scope = NewDisposeScope();
        using var model = DecoderModel.Load(Reference.Folder("mistral_tied"), ComputeType.Bfloat16);
        using var expected = Reference.Open("mistral_tied", "expected");
        var ids = Reference.Tensor(expected, "ids");

        var logits = Reference.Values(model.Logits(model.Forward(ids, Reference.Positions(ids))));

        // bfloat16 keeps 8 bits: a few layers of relative errors of 2^-9 stay within 8% of the largest logit.
        Reference.ShouldBeClose(logits, Reference.Floats(expected, "logits"), 0.08, "logits");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_really_trained_model_gives_its_published_logits(bool useFused)
    {
        var folder = SharedData.Folder("models/stories260k");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected_logits.json")));
        var root = document.RootElement;
        var ids = root.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        using var model = DecoderModel.Load(folder, ComputeType.Float32, useFused);

        var logits = model.Logits(ids);

        var position = 0;
        foreach (var row in root.GetProperty("logits_first8_every_position").EnumerateArray())
        {
            Reference.ShouldBeClose(logits[position][..8], row.EnumerateArray().Select(value => value.GetSingle()).ToArray(), 1e-4, $"position {position}");
            position++;
        }

        position.ShouldBe(ids.Length);
        Reference.ShouldBeClose(
            logits[^1], root.GetProperty("logits_last_position").EnumerateArray().Select(value => value.GetSingle()).ToArray(), 1e-4, "last position");
    }

    [Fact]
    public void Loading_and_saving_gives_the_same_tensors_under_the_same_names()
    {
        using var model = DecoderModel.Load(Reference.Folder("mistral_untied"), ComputeType.Float32);

        model.Save(_folder.Path);

        using var original = Reference.Open("mistral_untied", "model");
        using var saved = SafetensorsFile.Open(Path.Combine(_folder.Path, "model.safetensors"));
        saved.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal).ShouldBe(original.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var entry in original.Entries)
        {
            saved.Bytes(entry.Name).ToArray().ShouldBe(original.Bytes(entry).ToArray(), entry.Name);
        }

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["config.json", "generation_config.json", "model.safetensors"]);
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_tensors_are_named()
    {
        File.Copy(Path.Combine(Reference.Folder("mistral_tied"), "config.json"), Path.Combine(_folder.Path, "config.json"));
        SafetensorsWriter.Write(
            Path.Combine(_folder.Path, "model.safetensors"),
            [
                new("model.norm.weight", SafetensorsType.Float32, [2], () => new byte[8]),
                new("transformer.h.0", SafetensorsType.Float32, [1], () => new byte[4]),
            ]);

        var message = Should.Throw<ZephyrException>(() => DecoderModel.Load(_folder.Path, ComputeType.Float32)).Message;

        message.ShouldContain("model.embed_tokens.weight is missing");
        SafetensorsWriter.Write(
            Path.Combine(_folder.Path, "model.safetensors"),
            WeightLayout.Tensors(ModelConfigurationFile.Load(_folder.Path)).Select(tensor => new SafetensorsContent(
                tensor.Name,
                SafetensorsType.Float32,
                tensor.Name == "model.norm.weight" ? [2] : tensor.Shape,
                () => new byte[4 * (tensor.Name == "model.norm.weight" ? 2 : tensor.Shape.Aggregate(1L, (a, b) => a * b))]))
            .Append(new("transformer.h.0", SafetensorsType.Float32, [1], () => new byte[4])));
        message = Should.Throw<ZephyrException>(() => DecoderModel.Load(_folder.Path, ComputeType.Float32)).Message;
        message.ShouldContain("model.norm.weight has shape [2], expected [16]");
        message.ShouldContain("transformer.h.0 is unexpected");
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_refused()
    {
        using var model = DecoderModel.Load(Reference.Folder("mistral_tied"), ComputeType.Float32);

        Should.Throw<ZephyrException>(() => model.Logits([1, 48])).Message.ShouldContain("48");
        Should.Throw<ZephyrException>(() => model.Logits(new int[33])).Message.ShouldContain("max_position_embeddings");
    }
}
