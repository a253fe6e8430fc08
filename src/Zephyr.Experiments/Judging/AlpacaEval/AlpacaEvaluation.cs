using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>AlpacaEval of one model: answers, annotations, figures.</summary>
internal sealed class AlpacaEvaluation
{
    private readonly AlpacaEvalOptions _options;
    private readonly ulong _seed;
    private readonly AskingSession _session;
    private readonly IStageReporter _reporter;
    private readonly AlpacaJudging? _judging;

    /// <summary>Reads the baseline's answers and the evaluator, so that what is wrong with them shows before anything is asked.</summary>
    /// <param name="options">Where they are, and how is answered and judged.</param>
    /// <param name="seed">Seed of the order in which the judge sees two answers.</param>
    /// <param name="session">Opens the judge.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <exception cref="ZephyrException">A file is missing or malformed, or the judge cannot be asked.</exception>
    public AlpacaEvaluation(AlpacaEvalOptions options, ulong seed, AskingSession session, IStageReporter reporter)
    {
        (_options, _seed, _session, _reporter) = (options, seed, session, reporter);
        References = AlpacaOutputFile.Read(options.ReferenceOutputs);
        if (References[0].Generator is null)
        {
            throw new ZephyrException($"{options.ReferenceOutputs}: the outputs do not say whose they are; each row needs a 'generator'");
        }

        if (options.Evaluator is not null)
        {
            Evaluator = AlpacaEvaluator.Read(options.Evaluators!, options.Evaluator);
            var judge = options.Judge ?? new AnnotatorOptions();
            var asked = session.Models.Open(judge.Model.Length > 0 || judge.IsFolder ? judge : judge with { Model = Evaluator.Model }, judge.IsFolder, "judge");
            _judging = new AlpacaJudging(asked, Evaluator, judge, seed);
        }
    }

    /// <summary>Where a model's answers are written.</summary>
    /// <param name="folder">The folder of results.</param>
    /// <param name="model">The model.</param>
    /// <returns>The path.</returns>
    public static string OutputsOf(string folder, string model) => Path.Combine(folder, FileNames.Of(model), "model_outputs.json");

    /// <summary>Where a model's annotations are written.</summary>
    /// <param name="folder">The folder of results.</param>
    /// <param name="model">The model.</param>
    /// <param name="evaluator">The evaluator.</param>
    /// <returns>The path.</returns>
    public static string AnnotationsOf(string folder, string model, string evaluator) => Path.Combine(folder, FileNames.Of(model), FileNames.Of(evaluator), "annotations.json");

    /// <summary>Where the annotations of the other order are written, beside the others.</summary>
    /// <param name="annotations">File of the annotations.</param>
    /// <returns>The path.</returns>
    public static string InOtherOrder(string annotations) => Path.Combine(Path.GetDirectoryName(annotations)!, "annotations_other_order.json");

    /// <summary>The baseline's answers.</summary>
    public IReadOnlyList<AlpacaOutput> References { get; }

    /// <summary>The evaluator; null where nothing is judged.</summary>
    public AlpacaEvaluator? Evaluator { get; }

    /// <summary>Has a model answer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="concurrency">Instructions side by side.</param>
    /// <param name="cancellationToken">Stops; what is answered stays.</param>
    /// <returns>The answers in the order of the baseline's.</returns>
    public Task<AlpacaAnswers> AnswerAsync(TestedModel model, int concurrency, CancellationToken cancellationToken) =>
        new AlpacaAnswering(model, _options.Temperature).RunAsync(References, concurrency, _reporter, cancellationToken);

    /// <summary>Takes answers from a file.</summary>
    /// <param name="path">The file of outputs.</param>
    /// <returns>The answers in the order of the baseline's.</returns>
    /// <exception cref="ZephyrException">The file is malformed, or an instruction has no answer in it.</exception>
    public AlpacaAnswers ReadOutputs(string path)
    {
        var outputs = AlpacaOutputFile.Read(path);
        if (outputs[0].Generator is null)
        {
            throw new ZephyrException($"{path}: the outputs do not say whose they are; each row needs a 'generator'");
        }

        var byInstruction = outputs.ToDictionary(static output => output.Instruction, StringComparer.Ordinal);
        return new AlpacaAnswers(
            [.. References.Select(reference => byInstruction.GetValueOrDefault(reference.Instruction)
                ?? throw new ZephyrException($"{path}: there is no output for the instruction \"{reference.Instruction[..Math.Min(60, reference.Instruction.Length)]}\" of {_options.ReferenceOutputs}. Answer it, or leave it out there."))],
            new AnswerFaults());
    }

    /// <summary>Has answers judged, writes the annotations and reads the figures from them.</summary>
    /// <param name="answers">The answers in the order of the baseline's.</param>
    /// <param name="path">File of the annotations.</param>
    /// <param name="cancellationToken">Stops; what is judged stays.</param>
    /// <returns>The figures as a document, with the counts of what the judge did not do.</returns>
    /// <exception cref="ZephyrException">The judge cannot be asked, or gave no preference at all.</exception>
    public async Task<JsonObject> JudgeAsync(AlpacaAnswers answers, string path, CancellationToken cancellationToken)
    {
        var pairs = Pairs(answers);
        var (rows, faults) = await _judging!.RunAsync(pairs, _reporter, cancellationToken);
        AlpacaFileWriter.WriteAnnotations(path, rows);
        var (_, document) = AlpacaEvalDocument.Of(path, Evaluator!.Version, outputs: null, _options.InstructionDifficulty, _options.GamedStatistics);
        document["model"] = rows[0].Model.Generator;
        document["baseline"] = rows[0].Baseline.Generator;
        document["annotator"] = _judging.Name;
        document["judging"] = faults.ToJson(rows.Count);
        var shown = new AlpacaPositions(_judging, _seed);
        document["first_position"] = shown.FirstOf(pairs, rows);
        if (_options.BothOrders)
        {
            IReadOnlyList<AlpacaJudging.Pair> exchanged = [.. pairs.Select(static pair => pair with { InOtherOrder = true })];
            var (others, otherFaults) = await _judging.RunAsync(exchanged, _reporter, cancellationToken);
            AlpacaFileWriter.WriteAnnotations(InOtherOrder(path), others);
            document["second_judging"] = otherFaults.ToJson(others.Count);
            document["position"] = shown.Compare(pairs, rows, others)?.ToJson();
        }

        return document;
    }

    /// <summary>Looks up what is stored, and bounds what the rest can cost. What stored answers cost is counted in the budget, so that it holds from the first request on.</summary>
    /// <param name="model">The model; null when the answers are there.</param>
    /// <param name="given">The answers; null when the model is to give them.</param>
    /// <returns>The forecast.</returns>
    public async Task<CostForecast> ForecastAsync(TestedModel? model, AlpacaAnswers? given)
    {
        decimal most = 0;
        var (stored, items) = (0, 0);
        void Count(bool isStored, decimal cost)
        {
            items++;
            stored += isStored ? 1 : 0;
            most += isStored ? 0 : cost;
        }

        for (var i = 0; i < References.Count; i++)
        {
            var output = given?.Outputs[i];
            if (model is not null)
            {
                var answering = new AlpacaAnswering(model, _options.Temperature);
                var (cost, longest) = answering.Most(References[i]);
                output = (await answering.AnswerAsync(References[i], Asking.StoredOnly))?.Output;
                Count(output is not null, cost);
                output ??= longest;
            }

            if (_judging is not null)
            {
                foreach (var inOtherOrder in _options.BothOrders ? new[] { false, true } : [false])
                {
                    var pair = new AlpacaJudging.Pair(References[i], output!, inOtherOrder);
                    Count(await _judging.JudgeAsync(pair, Asking.StoredOnly) is not null, _judging.MostCost(pair));
                }
            }
        }

        return new CostForecast(items, stored, _session.Paid, most);
    }

    private IReadOnlyList<AlpacaJudging.Pair> Pairs(AlpacaAnswers answers) => [.. References.Zip(answers.Outputs, static (baseline, model) => new AlpacaJudging.Pair(baseline, model))];
}
