using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>
/// Has a judge compare a model's answers with the baseline's. Which it sees first is decided by the instruction and a seed; equal answers are a draw
/// without asking.
/// </summary>
/// <param name="judge">The judge.</param>
/// <param name="evaluator">What it is asked and how its reply is read.</param>
/// <param name="options">How it is asked.</param>
/// <param name="seed">Seed of the order.</param>
internal sealed class AlpacaJudging(AskedModel judge, AlpacaEvaluator evaluator, AnnotatorOptions options, ulong seed)
{
    private const double Draw = 1.5;
    private static readonly IReadOnlyDictionary<string, double> s_noMetrics = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Name of the judge in files: the evaluator's, with the model where that is another than the evaluator's.</summary>
    public string Name { get; } = options.Model.Length == 0 && !options.IsFolder || options.Model == evaluator.Model
        ? evaluator.Name
        : $"{evaluator.Name}/{(options.Model.Length > 0 ? options.Model : Serving.ServedModel.NameOf(options.Folder!))}";

    /// <summary>Two answers to compare.</summary>
    /// <param name="Baseline">The baseline's.</param>
    /// <param name="Model">The model's.</param>
    /// <param name="InOtherOrder">Whether the judge sees them in the order that is not the one decided by instruction and seed.</param>
    internal sealed record Pair(AlpacaOutput Baseline, AlpacaOutput Model, bool InOtherOrder = false)
    {
        /// <summary>Whether the answers are the same, so that nobody is asked.</summary>
        public bool IsDraw => Baseline.Output == Model.Output;
    }

    /// <summary>Has all pairs compared.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what is judged stays.</param>
    /// <returns>The judgments in the order of the pairs, and the counts of what the judge did not do.</returns>
    public async Task<(IReadOnlyList<AlpacaJudgment> Rows, JudgeFaults Faults)> RunAsync(IReadOnlyList<Pair> pairs, IStageReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin($"{Name} judges", pairs.Count);
        var rows = new List<AlpacaJudgment>();
        var faults = new JudgeFaults();
        await foreach (var outcome in new OrderedRun<Pair, (AlpacaJudgment Row, JudgeFaults Faults)?>(JudgeAsync, options.Concurrency).RunAsync(pairs, cancellationToken))
        {
            rows.Add(outcome!.Value.Row);
            faults = faults.With(outcome.Value.Faults);
            reporter.Step(rows.Count, s_noMetrics);
        }

        faults.Note(reporter, rows.Count);
        return (rows, faults);
    }

    /// <summary>Has one pair compared. A reply without a preference is asked for again, so many times.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="asking">Whether the judge may be asked, and when to stop.</param>
    /// <returns>The judgment; null when the judge may not be asked and has not judged it before.</returns>
    public async Task<(AlpacaJudgment Row, JudgeFaults Faults)?> JudgeAsync(Pair pair, Asking asking)
    {
        AlpacaJudgment Row(double? preference, ChatAnswer? reply) =>
            new(pair.Baseline, pair.Model, Name, preference, reply?.Text, [.. (reply?.First ?? []).Select(static chance => (chance.Token, chance.LogProb))]);
        if (pair.IsDraw)
        {
            return (Row(Draw, null), new JudgeFaults());
        }

        var isSwitched = IsSwitched(pair);
        ChatAnswer? last = null;
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            try
            {
                var request = Request(pair, isSwitched, attempt);
                last = asking.Lifetime is { } lifetime ? await judge.Endpoint.AskAsync(request, lifetime) : judge.Endpoint.Find(request);
            }
            catch (ContextExceededException)
            {
                return (Row(null, null), new JudgeFaults(attempt, 1, 1));
            }

            if (last is null)
            {
                return null;
            }

            if (Preference(last) is { } preference)
            {
                return (Row(OutputOrder.Unswitch(preference, isSwitched), last), new JudgeFaults(attempt));
            }
        }

        return (Row(null, last), new JudgeFaults(options.Attempts, 1, Cut: last!.End == AnswerEnd.Length ? 1 : 0));
    }

    /// <summary>The most that a first reply can cost.</summary>
    /// <param name="pair">The pair.</param>
    /// <returns>The cost.</returns>
    public decimal MostCost(Pair pair) => pair.IsDraw ? 0 : judge.Price.Of(Request(pair, isSwitched: false, 0).MostInputTokens, evaluator.MaxTokens);

    /// <summary>Whether the judge sees the model's answer first.</summary>
    /// <param name="pair">The pair.</param>
    /// <returns>Whether the outputs change places.</returns>
    public bool IsSwitched(Pair pair) => OutputOrder.IsSwitched(pair.Baseline.Instruction, seed) != pair.InOtherOrder;

    private double? Preference(ChatAnswer reply) => evaluator.Tokens is { } tokens
        ? tokens.Of([.. reply.First.Select(static chance => (chance.Token, chance.LogProb))])
        : RankingReply.Parse(reply.Text);

    private ChatRequest Request(Pair pair, bool isSwitched, int attempt)
    {
        var (first, second) = isSwitched ? (pair.Model.Output, pair.Baseline.Output) : (pair.Baseline.Output, pair.Model.Output);
        return new ChatRequest(judge.Model, evaluator.Prompt.Fill(pair.Baseline.Instruction, first, second), evaluator.MaxTokens)
        {
            Temperature = evaluator.Temperature,
            TopLogprobs = evaluator.TopLogprobs,
            Attempt = attempt,
            Seed = attempt,
        };
    }
}
