using Zephyr.Core.Chat;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>Judgments of all answers of a model.</summary>
/// <param name="Rows">All first judgments, then all second ones and so on; each in the order of the questions and turns.</param>
/// <param name="Faults">Replies of the judge that are of no use.</param>
internal sealed record MtBenchJudgments(IReadOnlyList<GradedTurn> Rows, JudgeFaults Faults);

/// <summary>Has a judge rate every turn of every answer by itself.</summary>
/// <param name="judge">The judge.</param>
/// <param name="options">How it is asked.</param>
/// <param name="grading">What it is asked.</param>
/// <param name="references">Reference answers by question.</param>
internal sealed class MtBenchJudging(AskedModel judge, GraderOptions options, SingleGrading grading, IReadOnlyDictionary<int, MtBenchAnswer> references)
{
    private const int SeedsOfRepeats = 1000;
    private static readonly IReadOnlyDictionary<string, double> s_noMetrics = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Name of the judge in files.</summary>
    public string Name => options.Name;

    /// <summary>One judgment to be had.</summary>
    /// <param name="Question">The question.</param>
    /// <param name="Answer">The answer.</param>
    /// <param name="Turn">1 or 2.</param>
    /// <param name="Repeat">Which of the judgments of this turn, from 0.</param>
    internal sealed record Item(MtBenchQuestion Question, MtBenchAnswer Answer, int Turn, int Repeat);

    /// <summary>The judgments to be had, with their prompts checked, so that a fault in the files shows before anything is paid for.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="answers">The answers in the order of the questions.</param>
    /// <param name="repeat">Judgments of each turn.</param>
    /// <returns>The items.</returns>
    /// <exception cref="Core.ZephyrException">An answer or a reference has too few turns.</exception>
    public IReadOnlyList<Item> Plan(IReadOnlyList<MtBenchQuestion> questions, IReadOnlyList<MtBenchAnswer> answers, int repeat)
    {
        var items = new List<Item>();
        for (var r = 0; r < repeat; r++)
        {
            for (var i = 0; i < questions.Count; i++)
            {
                for (var turn = 1; turn <= questions[i].JudgedTurns; turn++)
                {
                    items.Add(new Item(questions[i], answers[i], turn, r));
                    _ = Prompt(items[^1]);
                }
            }
        }

        return items;
    }

    /// <summary>Has all of them judged.</summary>
    /// <param name="items">The judgments to be had.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what is judged stays.</param>
    /// <returns>The judgments.</returns>
    public async Task<MtBenchJudgments> RunAsync(IReadOnlyList<Item> items, IStageReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin($"{options.Name} judges", items.Count);
        var rows = new List<GradedTurn>();
        var faults = new JudgeFaults();
        var run = new OrderedRun<Item, (GradedTurn Row, JudgeFaults Faults)?>(JudgeAsync, options.Concurrency);
        await foreach (var outcome in run.RunAsync(items, cancellationToken))
        {
            rows.Add(outcome!.Value.Row);
            faults = faults.With(outcome.Value.Faults);
            reporter.Step(rows.Count, s_noMetrics);
        }

        faults.Note(reporter, rows.Count);
        return new MtBenchJudgments(rows, faults);
    }

    /// <summary>Has one turn judged. A reply without a rating is asked for again; when none comes, the score is -1, as in FastChat.</summary>
    /// <param name="item">The judgment to be had.</param>
    /// <param name="asking">Whether the judge may be asked, and when to stop.</param>
    /// <returns>The judgment; null when the judge may not be asked and has not judged it before.</returns>
    public async Task<(GradedTurn Row, JudgeFaults Faults)?> JudgeAsync(Item item, Asking asking)
    {
        var prompt = Prompt(item);
        GradedTurn Row(string judgment, double score) => new(item.Question.Id, item.Answer.Model, options.Name, prompt, judgment, score, item.Turn);
        ChatAnswer? last = null;
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            ChatAnswer? reply;
            try
            {
                var request = Request(prompt, item.Repeat, attempt);
                reply = asking.Lifetime is { } lifetime ? await judge.Endpoint.AskAsync(request, lifetime) : judge.Endpoint.Find(request);
            }
            catch (ContextExceededException)
            {
                return (Row(MtBenchAnswer.Error, JudgeRating.None), new JudgeFaults(attempt, 1, 1));
            }

            if (reply is null)
            {
                return null;
            }

            last = reply;
            if (JudgeRating.Parse(reply.Text) is var rating && rating != JudgeRating.None)
            {
                return (Row(reply.Text, rating), new JudgeFaults(attempt));
            }
        }

        return (Row(last!.Text, JudgeRating.None), new JudgeFaults(options.Attempts, 1, Cut: last.End == AnswerEnd.Length ? 1 : 0));
    }

    /// <summary>The most that a first reply can cost.</summary>
    /// <param name="item">The judgment to be had.</param>
    /// <returns>The cost.</returns>
    public decimal MostCost(Item item) => judge.Price.Of(Request(Prompt(item), item.Repeat, 0).MostInputTokens, options.MaxTokens);

    private GradingPrompt Prompt(Item item) => grading.Prompt(item.Question, item.Answer, references.GetValueOrDefault(item.Question.Id), item.Turn);

    private ChatRequest Request(GradingPrompt prompt, int repeat, int attempt)
    {
        var user = new ChatMessage(ChatRoles.User, prompt.User);
        return new ChatRequest(judge.Model, prompt.System.Length > 0 ? [new ChatMessage(ChatRoles.System, prompt.System), user] : [user], options.MaxTokens)
        {
            Temperature = options.Temperature,
            TopP = options.TopP,
            Attempt = attempt,
            Seed = (attempt * SeedsOfRepeats) + repeat,
        };
    }
}
