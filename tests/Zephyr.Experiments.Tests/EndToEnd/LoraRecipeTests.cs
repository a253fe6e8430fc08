using System.Security.Cryptography;
using System.Text.Json;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>The built program on a very small experiment that trains adapters in both stages.</summary>
public sealed class LoraRecipeTests : IDisposable
{
    private readonly RecipeRepository _repository = Lora();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Adapters_come_out_in_PEFT_format_beside_merged_models_and_the_first_ddpo_loss_is_ln_2()
    {
        RecipeRepository.Statuses(_repository.Json("run", "ddpo", "--experiment=mini")).Values.ShouldAllBe(status => status == "ran");
        var view = Path.Combine(_repository.Folder, "artifacts", "experiments", "mini");
        foreach (var folder in new[] { "dsft/adapter", "ddpo/adapter", "ddpo/adapter-without-dsft" })
        {
            using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(view, folder, "adapter_config.json")));
            configuration.RootElement.GetProperty("r").GetInt32().ShouldBe(folder == "dsft/adapter" ? 4 : 8);
        }

        foreach (var curve in new[] { "curve.jsonl", "curve-without-dsft.jsonl" })
        {
            using var step = JsonDocument.Parse(File.ReadLines(Path.Combine(view, "ddpo", curve)).First());
            step.RootElement.GetProperty("loss").GetDouble().ShouldBe(Math.Log(2), 1e-6);
        }

        // The start model and the adapter give the published model, bit for bit.
        var merged = Path.Combine(_repository.Folder, "merged");
        var (model, adapter) = (Path.Combine(view, "dsft", "model"), Path.Combine(view, "ddpo", "adapter"));
        _repository.Json("merge", $"--model={model}", $"--adapter={adapter}", $"--output={merged}").GetProperty("merged").GetInt32().ShouldBe(2 * 7);
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(merged, "model.safetensors")))).ShouldBe(_repository.Hash("ddpo/model/model.safetensors"));
        _repository.Run("merge", $"--model={model}", $"--adapter={adapter}", $"--output={merged}").Error.ShouldContain("is not empty");

        var beside = Logits(model, adapter);
        var inside = Logits(merged, null);
        for (var i = 0; i < inside.Length; i++)
        {
            beside[i].ShouldBe(inside[i], 0.05); // merged weights are rounded to bfloat16, a relative 2^-9
        }
    }

    [Fact]
    public void A_run_killed_in_training_with_dropout_ends_with_the_bytes_of_an_uninterrupted_one()
    {
        _repository.Json("run", "dsft", "--experiment=mini");
        using var other = Lora();
        other.KillAfterCheckpoint("dsft", "--experiment=mini");
        other.Json("run", "dsft", "--experiment=mini");
        foreach (var file in new[] { "dsft/adapter/adapter_model.safetensors", "dsft/model/model.safetensors", "dsft/curve.jsonl" })
        {
            other.Hash(file).ShouldBe(_repository.Hash(file), file);
        }
    }

    [Fact]
    public void With_the_base_in_4_bits_the_first_ddpo_loss_is_ln_2_and_the_published_models_are_whole()
    {
        _repository.Json("run", "ddpo", "--experiment=mini", "--set=model.quantization=nf4", "--set=model.double_quantization=true", "--set=ddpo.without_dsft=false");
        var view = Path.Combine(_repository.Folder, "artifacts", "experiments", "mini");
        using var step = JsonDocument.Parse(File.ReadLines(Path.Combine(view, "ddpo", "curve.jsonl")).First());
        step.RootElement.GetProperty("loss").GetDouble().ShouldBe(Math.Log(2), 1e-6);
        Logits(Path.Combine(view, "ddpo", "model"), null).ShouldAllBe(value => double.IsFinite(value));
    }

    private double[] Logits(string model, string? adapter)
    {
        string[] beside = adapter is null ? [] : [$"--adapter={adapter}"];
        return [.. _repository.Json(["logits", $"--model={model}", "--ids=1,5,9", .. beside]).GetProperty("logits")[2].EnumerateArray().Select(value => value.GetDouble())];
    }

    private static RecipeRepository Lora()
    {
        var repository = new RecipeRepository();
        var text = RecipeRepository.Mini
            .Replace("dsft: {", "dsft: {lora: {rank: 4, alpha: 8, dropout: 0.05}, ", StringComparison.Ordinal)
            .Replace("ddpo: {", "ddpo: {lora: {rank: 8, alpha: 16}, ", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "mini.yaml"), text);
        return repository;
    }
}
