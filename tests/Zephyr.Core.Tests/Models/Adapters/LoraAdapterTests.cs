using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Tests.Training;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Models.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Logits_loss_every_gradient_and_an_optimizer_step_agree_with_pytorch(bool useFused)
    {
        using var scope = NewDisposeScope();
        using var model = Adapted(ComputeType.Float32, useFused);
        using var expected = Reference.Open("lora", "expected");
        var (ids, labels) = (Reference.Tensor(expected, "ids"), Reference.Longs(expected, "labels"));
        using var optimizer = new OptimizerStep(model, new DsftOptions { WeightDecay = 0.1, MaxGradNorm = 1 });

        var hidden = model.Forward(ids, Reference.Positions(ids));
        Reference.ShouldBeClose(Reference.Values(model.Logits(hidden)), Reference.Floats(expected, "logits"), 1e-5, "logits");
        var (sum, _) = model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(labels));
        var loss = sum.div(labels.Count(label => label >= 0));
        loss.backward();

        loss.item<float>().ShouldBe(Reference.Floats(expected, "loss")[0], 1e-5f);
        model.Trainable.Count.ShouldBe(2 * 2 * 5); // A and B, two layers, five targets
        foreach (var parameter in model.Trainable)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value.grad!), Reference.Floats(expected, "grad." + parameter.Name), 1e-5, parameter.Name);
        }

        model.Parameters.ShouldAllBe(parameter => parameter.Value.grad == null);
        optimizer.Apply(0.01).ShouldBe(Reference.Floats(expected, "norm")[0], 1e-4);
        foreach (var parameter in model.Trainable)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value), Reference.Floats(expected, "stepped." + parameter.Name), 1e-5, parameter.Name);
        }
    }

    [Fact]
    public void Bfloat16_stays_near_float32()
    {
        using var scope = NewDisposeScope();
        using var model = Adapted(ComputeType.Bfloat16);
        using var expected = Reference.Open("lora", "expected");
        var ids = Reference.Tensor(expected, "ids");
        var labels = Reference.Longs(expected, "labels");

        var hidden = model.Forward(ids, Reference.Positions(ids));
        var (sum, _) = model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(labels));
        sum.div(labels.Count(label => label >= 0)).backward();

        // bfloat16 keeps 8 bits: relative errors of 2^-9 a step, some dozen steps deep, stay within 8% of the largest value.
        Reference.ShouldBeClose(Reference.Values(model.Logits(hidden)), Reference.Floats(expected, "logits"), 0.08, "logits");
        foreach (var parameter in model.Trainable)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value.grad!), Reference.Floats(expected, "grad." + parameter.Name), 0.08, parameter.Name);
        }
    }

    [Fact]
    public void A_saved_model_has_the_merged_weights_and_computes_what_base_and_adapter_do()
    {
        using var scope = NewDisposeScope();
        using var model = Adapted(ComputeType.Float32);
        using var expected = Reference.Open("lora", "expected");
        model.Save(_folder.Path);

        using (var saved = SafetensorsFile.Open(Path.Combine(_folder.Path, "model.safetensors")))
        using (var start = Reference.Open("mistral_tied", "model"))
        {
            saved.Entries.Count.ShouldBe(start.Entries.Count);
            foreach (var entry in start.Entries)
            {
                var values = expected.Contains("merged." + entry.Name) ? Reference.Floats(expected, "merged." + entry.Name) : Reference.Floats(start, entry.Name);
                Reference.ShouldBeClose(Reference.Floats(saved, entry.Name), values, 1e-6, entry.Name);
            }
        }

        using var merged = DecoderModel.Load(_folder.Path, ComputeType.Float32);
        var ids = Reference.Tensor(expected, "ids");
        var logits = Reference.Values(merged.Logits(merged.Forward(ids, Reference.Positions(ids))));
        Reference.ShouldBeClose(logits, Reference.Floats(expected, "logits"), 1e-5, "logits");
    }

    [Fact]
    public void A_merged_weight_is_rounded_once()
    {
        using var scope = NewDisposeScope();

        // bfloat16's step above 1 is 2^-7. With W = 1 and B A = 2^-8 + 2^-16 the sum lies just above the middle and goes up to 1 + 2^-7;
        // had B A been rounded to bfloat16 first, to 2^-8, the sum would be the middle itself, a tie that goes to the even 1.
        var weight = ones([1, 1], ScalarType.BFloat16);
        var pair = new LoraPair(
            "m",
            new DecoderParameter("a", tensor([0.00390625f + 0.0000152587890625f], [1, 1]), [new WeightShape("a", [1, 1])]),
            new DecoderParameter("b", ones([1, 1]), [new WeightShape("b", [1, 1])]));

        pair.Merge(weight, 1).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).item<float>().ShouldBe(1.0078125f);
    }

    [Fact]
    public void A_fresh_adapter_changes_nothing_and_starts_within_its_bounds()
    {
        using var scope = NewDisposeScope();
        using var plain = TinyRuns.Model(ComputeType.Bfloat16);
        using var adapted = TinyRuns.Model(ComputeType.Bfloat16);
        adapted.Attach(LoraAdapter.Fresh(adapted.Configuration, new LoraOptions { Rank = 5, Alpha = 10 }, ComputeType.Bfloat16, 7, "dsft"));

        adapted.Logits([1, 5, 9]).ShouldBe(plain.Logits([1, 5, 9]));

        foreach (var parameter in adapted.Trainable)
        {
            var values = Reference.Values(parameter.Value);
            if (parameter.Name.Contains("lora_B", StringComparison.Ordinal))
            {
                values.ShouldAllBe(value => value == 0);
            }
            else
            {
                // U(-b, b) with b = 1 / sqrt(in) has the deviation b / sqrt(3); 80 numbers or more meet it within a quarter.
                var bound = 1 / Math.Sqrt(parameter.Parts[0].Shape[1]);
                values.ShouldAllBe(value => Math.Abs(value) <= bound * 1.004);
                Math.Sqrt(values.Average(value => value * value)).ShouldBe(bound / Math.Sqrt(3), bound / 4, parameter.Name);
            }
        }
    }

    [Fact]
    public void A_fresh_adapter_depends_on_seed_stage_and_module_alone()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        float[] First(ulong seed, string stage, params LoraTarget[] targets)
        {
            using var scope = NewDisposeScope();
            using var adapter = LoraAdapter.Fresh(model.Configuration, new LoraOptions { TargetModules = targets }, ComputeType.Float32, seed, stage);
            return Reference.Values(adapter.Find("model.layers.1.self_attn.v_proj.weight")!.A.Value);
        }

        var one = First(1, "dsft", LoraTarget.VProj);
        First(1, "dsft", LoraTarget.DownProj, LoraTarget.VProj).ShouldBe(one);
        First(2, "dsft", LoraTarget.VProj).ShouldNotBe(one);
        First(1, "ddpo", LoraTarget.VProj).ShouldNotBe(one);
    }

    [Fact]
    public void Saving_and_loading_gives_the_same_adapter()
    {
        using var model = Adapted(ComputeType.Float32);
        model.Adapter!.Save(_folder.Path);

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["adapter_config.json", "adapter_model.safetensors"]);
        using var original = Reference.Open("lora", "adapter_model");
        using var saved = Reference.Open(_folder.Path, "adapter_model");
        saved.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal).ShouldBe(original.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var entry in original.Entries)
        {
            saved.Bytes(entry.Name).ToArray().ShouldBe(original.Bytes(entry).ToArray(), entry.Name);
        }

        AdapterConfigurationFile.Load(_folder.Path).ShouldBeEquivalentTo(AdapterConfigurationFile.Load(Reference.Folder("lora")));
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_tensors_are_named()
    {
        var model = ModelConfigurationFile.Load(Reference.Folder("mistral_tied"));
        File.Copy(Path.Combine(Reference.Folder("lora"), "adapter_config.json"), Path.Combine(_folder.Path, "adapter_config.json"));
        const string module = "base_model.model.model.layers.0.self_attn.";
        SafetensorsWriter.Write(
            Path.Combine(_folder.Path, "adapter_model.safetensors"),
            [
                new(module + "q_proj.lora_A.weight", SafetensorsType.Float32, [4, 16], () => new byte[256]),
                new(module + "q_proj.lora_B.weight", SafetensorsType.Int8, [16, 3], () => new byte[48]),
                new(module + "k_proj.lora_A.weight", SafetensorsType.Float32, [3, 16], () => new byte[192]),
            ]);

        var message = Should.Throw<AdapterFormatException>(() => LoraAdapter.Load(_folder.Path, model, ComputeType.Float32)).Message;

        message.ShouldContain(module + "q_proj.lora_A.weight has shape [4, 16], expected [3, 16]");
        message.ShouldContain(module + "q_proj.lora_B.weight is I8");
        message.ShouldContain("v_proj.lora_A.weight is missing");
        SafetensorsWriter.Write(Path.Combine(_folder.Path, "adapter_model.safetensors"), [new("k_proj", SafetensorsType.Float32, [1], () => new byte[4])]);
        message = Should.Throw<AdapterFormatException>(() => LoraAdapter.Load(_folder.Path, model, ComputeType.Float32)).Message;
        message.ShouldContain("and 13 more"); // 20 missing, one unexpected
    }

    [Fact]
    public void Dropout_zeroes_its_share_by_step_pass_and_module_and_only_within_a_pass()
    {
        using var scope = NewDisposeScope();
        var dropout = new LoraDropout(0.25, 3, "dsft");
        var x = ones([100, 100]);
        float[] Kept(int step, int pass, string module)
        {
            using var begun = dropout.Begin(step, pass);
            var (kept, factor) = dropout.Apply(x, module);
            factor.ShouldBe(1 / 0.75);
            return Reference.Values(kept);
        }

        var first = Kept(4, 1, "m");
        first.Distinct().Order().ShouldBe([0f, 1f]);
        first.Average().ShouldBe(0.75f, 0.02f); // 10,000 draws: a standard deviation of 0.0043
        Kept(4, 1, "m").ShouldBe(first);
        Kept(5, 1, "m").ShouldNotBe(first);
        Kept(4, 0, "m").ShouldNotBe(first);
        Kept(4, 1, "n").ShouldNotBe(first);
        dropout.Apply(x, "m").ShouldBe((x, 1.0));
    }

    private static DecoderModel Adapted(ComputeType type, bool useFused = true)
    {
        var model = DecoderModel.Load(Reference.Folder("mistral_tied"), type, useFused);
        model.Attach(LoraAdapter.Load(Reference.Folder("lora"), model.Configuration, type));
        return model;
    }
}
