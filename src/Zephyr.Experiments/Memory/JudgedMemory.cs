using System.Text;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Generation;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.MtBench;
using Zephyr.Torch;

namespace Zephyr.Experiments.Memory;

/// <summary>
/// Predicts the stages whose models are judged: one model after another answers in process, and a judge in a folder stays loaded beside it. Prompts
/// are those of the benchmark's files, counted in bytes because the tokenizer may not be there yet.
/// </summary>
/// <param name="settings">The experiment.</param>
/// <param name="trained">Shape of the trained models.</param>
/// <param name="memory">Predicts for a shape.</param>
/// <param name="onDevice">Whether models are on a GPU.</param>
internal sealed class JudgedMemory(ExperimentSettings settings, ModelConfiguration trained, Func<ModelConfiguration, DecoderMemory> memory, bool onDevice)
{
    // English has some four bytes a token; small vocabularies have fewer.
    private const int BytesPerToken = 3;

    // What a chat template writes around a message, and FastChat's and alpaca_eval's prompts around answers.
    private const int TemplateTokens = 64, JudgeTokens = 640;

    /// <summary>Peak of <c>mt_bench</c>.</summary>
    /// <param name="options">Its section.</param>
    /// <returns>The estimate.</returns>
    /// <exception cref="Core.ZephyrException">The questions or a model folder cannot be read.</exception>
    public MemoryEstimate MtBench(MtBenchSection options)
    {
        // The second turn's prompt has the first answer in it.
        var question = new MtBenchFiles(options).Questions().Max(static question => question.Turns.Sum(Tokens));
        var answer = Peak(options.Models, options.Folders, question + options.MaxTokens, options.MaxTokens);
        foreach (var judge in new[] { options.Judge, options.SecondJudge }.OfType<GraderOptions>().Where(static judge => judge.IsFolder))
        {
            answer = With(answer, Judge(judge.Folder!, judge.Concurrency, question + (2L * options.MaxTokens), judge.MaxTokens));
        }

        return answer;
    }

    /// <summary>Peak of <c>alpaca_eval</c>.</summary>
    /// <param name="options">Its section.</param>
    /// <returns>The estimate.</returns>
    /// <exception cref="Core.ZephyrException">The baseline's answers or a model folder cannot be read.</exception>
    public MemoryEstimate AlpacaEval(Judging.AlpacaEval.AlpacaEvalSection options)
    {
        var references = AlpacaOutputFile.Read(options.ReferenceOutputs);
        var answer = Peak(options.Models, options.Folders, references.Max(static reference => Tokens(reference.Instruction)), options.MaxTokens);
        if (options.Judge is { IsFolder: true } judge)
        {
            var most = Judging.AlpacaEval.AlpacaEvaluator.Read(options.Evaluators!, options.Evaluator!).MaxTokens;
            answer = With(answer, Judge(judge.Folder!, judge.Concurrency, references.Max(static reference => Tokens(reference.Instruction) + Tokens(reference.Output)) + options.MaxTokens, most));
        }

        return answer;
    }

    private static long Tokens(string text) => (Encoding.UTF8.GetByteCount(text) / BytesPerToken) + TemplateTokens;

    // Weights of a model are let go before those of the next are loaded.
    private MemoryEstimate Peak(IReadOnlyList<JudgedModel> models, IReadOnlyList<JudgedFolder> folders, long prompt, long answer) =>
        (models.Count > 0 ? [trained] : Array.Empty<ModelConfiguration>()).Concat(folders.Select(static folder => ModelConfigurationFile.Load(folder.Folder)))
            .Select(shape => Answering(shape, new EndpointConnection().Concurrency, prompt, answer)).MaxBy(static estimate => estimate.Total)!;

    private MemoryEstimate Judge(string folder, int concurrency, long prompt, long answer) =>
        Answering(ModelConfigurationFile.Load(folder), concurrency, prompt + JudgeTokens, answer) with { Program = 0 };

    private MemoryEstimate Answering(ModelConfiguration shape, int rows, long prompt, long answer)
    {
        var options = new EngineOptions();
        var asked = Math.Min(prompt, shape.MaxPositionEmbeddings - 1L);
        var estimate = memory(shape).Generation(Math.Min(rows, options.MaxActive), asked, Math.Min(answer, shape.MaxPositionEmbeddings - asked), settings.Model.Dtype, options.CacheBytes);
        return onDevice ? estimate with { Passing = estimate.Passing + (2 * Composed.GatheredBytes) } : estimate;
    }

    private static MemoryEstimate With(MemoryEstimate one, MemoryEstimate other) => new(
        one.Program + other.Program, one.Weights + other.Weights, one.Optimizer + other.Optimizer, one.Gradients + other.Gradients,
        one.Activations + other.Activations, one.Passing + other.Passing, one.Holes + other.Holes);
}
