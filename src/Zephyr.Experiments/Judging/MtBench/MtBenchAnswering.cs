using Zephyr.Core.Chat;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>Answers of a model to all questions.</summary>
/// <param name="Answers">In the order of the questions.</param>
/// <param name="Faults">What is not whole about them.</param>
internal sealed record MtBenchAnswers(IReadOnlyList<MtBenchAnswer> Answers, AnswerFaults Faults)
{
    /// <summary>Turns answered.</summary>
    public int Turns => Answers.Sum(static answer => answer.Turns.Count);
}

/// <summary>Has a model answer questions of several turns: each answer is part of the conversation of the next turn.</summary>
/// <param name="model">The model.</param>
/// <param name="temperature">Temperature of every answer; null for that of the question or of its category.</param>
internal sealed class MtBenchAnswering(TestedModel model, double? temperature)
{
    private static readonly IReadOnlyDictionary<string, double> s_noMetrics = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Has all questions answered.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="width">Questions under way side by side.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what is answered stays.</param>
    /// <returns>The answers.</returns>
    public async Task<MtBenchAnswers> RunAsync(IReadOnlyList<MtBenchQuestion> questions, int width, IStageReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin($"{model.Name} answers", questions.Count);
        var answers = new List<MtBenchAnswer>();
        var faults = new AnswerFaults();
        var run = new OrderedRun<MtBenchQuestion, (MtBenchAnswer Answer, AnswerFaults Faults)?>(AnswerAsync, width);
        await foreach (var outcome in run.RunAsync(questions, cancellationToken))
        {
            answers.Add(outcome!.Value.Answer);
            faults = faults.With(outcome.Value.Faults);
            reporter.Step(answers.Count, s_noMetrics);
        }

        var all = new MtBenchAnswers(answers, faults);
        faults.Note(reporter, all.Turns);
        return all;
    }

    /// <summary>Answers one question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="asking">Whether the model may be asked, and when to stop.</param>
    /// <returns>The answer; null when the model may not be asked and has not answered every turn before.</returns>
    public async Task<(MtBenchAnswer Answer, AnswerFaults Faults)?> AnswerAsync(MtBenchQuestion question, Asking asking)
    {
        var messages = new List<ChatMessage>();
        var turns = new List<string>();
        var faults = new AnswerFaults();
        foreach (var turn in question.Turns)
        {
            messages.Add(new ChatMessage(ChatRoles.User, turn));
            var of = temperature ?? question.RequiredTemperature ?? MtBenchCategories.Temperature(question.Category);
            if (await model.AnswerAsync([.. messages], of, asking) is not { } answer)
            {
                return null;
            }

            messages.Add(new ChatMessage(ChatRoles.Assistant, answer.Text));
            turns.Add(answer.Text);
            faults = faults.With(answer.Faults);
        }

        return (new MtBenchAnswer(question.Id, model.Name, turns), faults);
    }
}
