using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests.Configuration;

/// <summary>The committed recipes against the table of the published configurations.</summary>
public sealed class RecipeFilesTests
{
    [Theory]
    [InlineData("zephyr-7b-beta", 2e-5, 512, 5e-7, LearningRateSchedule.Linear, 32, 0.1, 3)]
    [InlineData("zephyr-7b-dpo-full", 2e-5, 128, 5e-7, LearningRateSchedule.Cosine, 128, 0.01, 1)]
    [InlineData("zephyr-7b-lora", 2e-4, 8, 5e-6, LearningRateSchedule.Cosine, 16, 0.01, 1)]
    [InlineData("zephyr-7b-qlora", 2e-4, 8, 5e-6, LearningRateSchedule.Cosine, 16, 0.01, 1)]
    public void A_recipe_has_the_published_settings(
        string name, double sftRate, int sftBatch, double dpoRate, LearningRateSchedule dpoSchedule, int dpoBatch, double beta, double dpoEpochs)
    {
        var settings = Recipes.Load(name);
        settings.Seed.ShouldBe(42UL);
        settings.Model.Source.ShouldStartWith("hf://models/mistralai/Mistral-7B-v0.1@");
        settings.Model.Dtype.ShouldBe(ComputeType.Bfloat16);
        settings.Tokenizer.InsertEmptySystem.ShouldBeTrue();

        var (sft, dpo) = (settings.Dsft, settings.Ddpo);
        (sft.LearningRate, sft.Schedule, sft.WarmupRatio, sft.Epochs).ShouldBe((sftRate, LearningRateSchedule.Cosine, 0.1, 1));
        (sft.BatchSize * sft.AccumulationSteps).ShouldBe(sftBatch);
        (sft.SequenceLength, sft.Packing, sft.LossOn, sft.WeightDecay).ShouldBe((2048, PackingMode.Wrapped, LossTokens.All, 0));
        settings.Tokenize.MaxLength.ShouldBe(32768); // TRL's ConstantLengthDataset cuts no conversation

        (dpo.LearningRate, dpo.Schedule, dpo.WarmupRatio, dpo.Epochs, dpo.Beta, dpo.WeightDecay).ShouldBe((dpoRate, dpoSchedule, 0.1, dpoEpochs, beta, 0));
        (dpo.BatchSize * dpo.AccumulationSteps).ShouldBe(dpoBatch);
        (settings.Tokenize.MaxPreferenceLength, settings.Tokenize.MaxPromptLength).ShouldBe((1024, 512));

        // Generation B was trained on completions as TRL 0.7 made them.
        var trl = name != "zephyr-7b-beta";
        (settings.Tokenize.ScoreHeader, settings.Tokenize.ExtraEndToken).ShouldBe((trl, trl));
    }

    [Theory]
    [InlineData("zephyr-7b-lora", WeightQuantization.None)]
    [InlineData("zephyr-7b-qlora", WeightQuantization.Nf4)]
    public void An_adapter_recipe_has_the_published_adapters(string name, WeightQuantization quantization)
    {
        var settings = Recipes.Load(name);
        (settings.Model.Quantization, settings.Model.DoubleQuantization).ShouldBe((quantization, false));
        (settings.Dsft.Lora!.Rank, settings.Dsft.Lora.Alpha, settings.Dsft.Lora.Dropout).ShouldBe((16, 16, 0.05));
        (settings.Ddpo.Lora!.Rank, settings.Ddpo.Lora.Alpha, settings.Ddpo.Lora.Dropout).ShouldBe((128, 128, 0));
        settings.Dsft.Lora.TargetModules.Count.ShouldBe(7);
    }

    [Fact]
    public void Table_3_trains_the_four_models_of_the_paper_with_three_seeds()
    {
        var members = Recipes.LoadAll("table-3");
        members.Select(member => member.Settings.Seed).ShouldBe([42UL, 43UL, 44UL]);
        foreach (var settings in members.Select(member => member.Settings))
        {
            settings.Ddpo.WithoutDsft.ShouldBeTrue();
            settings.Dsft2.ShouldBe(settings.Dsft with { Epochs = 1 }); // the paper: one more epoch, nothing else new
            (settings.Data.World, settings.Ddpo.Beta).ShouldBe((Recipes.Load("zephyr-tiny").Data.World, 0.1));
        }
    }

    [Fact]
    public void Every_file_names_its_own_experiment_and_loads()
    {
        var folder = Path.Combine(RepositoryFolder.Find(AppContext.BaseDirectory, AppContext.BaseDirectory), "experiments");
        var names = Directory.GetFiles(folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).ToList();
        names.ShouldContain("zephyr-smol");
        names.ShouldAllBe(name => Recipes.LoadAll(name).All(member => (member.Sweep == null ? member.Name : member.Sweep.Experiment) == name));
    }
}
