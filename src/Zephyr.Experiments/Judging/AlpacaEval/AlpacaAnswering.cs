using Zephyr.Core.Chat;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>Answers of a model to all instructions.</summary>
/// <param name="Outputs">In the order of the baseline's.</param>
/// <param name="Faults">What is not whole about them.</param>
internal sealed record AlpacaAnswers(IReadOnlyList<AlpacaOutput> Outputs, AnswerFaults Faults);

/// <summary>Has a model answer instructions.</summary>
/// <param name="model">The model.</param>
/// <param name="temperature">Temperature; null for the model's own.</param>
internal sealed class AlpacaAnswering(TestedModel model, double? temperature)
{
    private static readonly IReadOnlyDictionary<string, double> s_noMetrics = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Has all instructions answered.</summary>
    /// <param name="references">The baseline's answers.</param>
    /// <param name="width">Instructions under way side by side.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what is answered stays.</param>
    /// <returns>The answers.</returns>
    public async Task<AlpacaAnswers> RunAsync(IReadOnlyList<AlpacaOutput> references, int width, IStageReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin($"{model.Name} answers", references.Count);
        var outputs = new List<AlpacaOutput>();
        var faults = new AnswerFaults();
        await foreach (var outcome in new OrderedRun<AlpacaOutput, (AlpacaOutput Output, AnswerFaults Faults)?>(AnswerAsync, width).RunAsync(references, cancellationToken))
        {
            outputs.Add(outcome!.Value.Output);
            faults = faults.With(outcome.Value.Faults);
            reporter.Step(outputs.Count, s_noMetrics);
        }

        faults.Note(reporter, outputs.Count);
        return new AlpacaAnswers(outputs, faults);
    }

    /// <summary>Answers one instruction.</summary>
    /// <param name="reference">The baseline's answer to it.</param>
    /// <param name="asking">Whether the model may be asked, and when to stop.</param>
    /// <returns>The answer; null when the model may not be asked and has not answered before.</returns>
    public async Task<(AlpacaOutput Output, AnswerFaults Faults)?> AnswerAsync(AlpacaOutput reference, Asking asking) =>
        await model.AnswerAsync(Messages(reference), temperature, asking) is { } answer ? (Output(reference, answer.Text), answer.Faults) : null;

    /// <summary>The most that an answer can cost, and a text of its longest length in its place.</summary>
    /// <param name="reference">The baseline's answer.</param>
    /// <returns>The cost and the text.</returns>
    public (decimal Cost, AlpacaOutput Longest) Most(AlpacaOutput reference) => (model.MostCost(Messages(reference)), Output(reference, model.LongestAnswer));

    private static IReadOnlyList<ChatMessage> Messages(AlpacaOutput reference) => [new ChatMessage(ChatRoles.User, reference.Instruction)];

    private AlpacaOutput Output(AlpacaOutput reference, string text) => new(reference.Instruction, text, model.Name, reference.Dataset);
}
