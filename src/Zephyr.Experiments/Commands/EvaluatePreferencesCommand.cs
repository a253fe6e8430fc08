using System.CommandLine;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate preferences</c>: what scored pairs tell about a reward, and judgments about their judges.</summary>
public static class EvaluatePreferencesCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "preferences", "Reward accuracy, margins, length bias and calibration of scored pairs; agreement of two judges; position bias of a judge.");
        var pairs = new Option<string?>("--pairs") { Description = "scored pairs, such as the pairs.jsonl of an evaluate stage", HelpName = "FILE" };
        var judgments = new Option<string?>("--judgments") { Description = "FastChat's single-answer judgments, or AlpacaEval's annotations; with --against or --swapped", HelpName = "FILE" };
        var against = new Option<string?>("--against") { Description = "another judge's judgments of the same answers: how far the two agree", HelpName = "FILE" };
        var swapped = new Option<string?>("--swapped") { Description = "the same judge's AlpacaEval annotations with the outputs exchanged: its position bias", HelpName = "FILE" };
        var pairJudgments = new Option<string?>("--pair-judgments") { Description = "FastChat's JUDGE_pair.jsonl, judged in both orders: the judge's position bias", HelpName = "FILE" };
        var model = new Option<string?>("--model") { Description = "whose pairs or answers to take; without it all, for --pairs the only one", HelpName = "NAME" };
        var seed = new Option<ulong>("--seed") { Description = "seed of the bootstrap intervals", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        foreach (var option in new Option[] { pairs, judgments, against, swapped, pairJudgments, model, seed, json })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool Has(Option<string?> option) => result.GetValue(option) is not null;
            if (!Has(pairs) && !Has(judgments) && !Has(pairJudgments))
            {
                result.AddError("give --pairs, --judgments with --against or --swapped, or --pair-judgments");
            }
            else if (Has(judgments) != (Has(against) || Has(swapped)))
            {
                result.AddError("--judgments belongs together with --against (another judge) or --swapped (the other order)");
            }
            else if (Has(pairJudgments) && Has(swapped))
            {
                result.AddError("--pair-judgments and --swapped both tell the position bias: give one of them");
            }
        });

        command.SetAction((parsed, _) =>
        {
            string? Full(Option<string?> option) => parsed.GetValue(option) is { } path ? Path.GetFullPath(path, environment.CurrentFolder) : null;
            var (name, random) = (parsed.GetValue(model), parsed.GetValue(seed));
            var evaluation = new PreferenceEvaluation(
                Full(pairs) is { } file ? Analyse(file, name) : null,
                Full(against) is { } other ? StoredAgreement.Of(Full(judgments)!, other, name, random) : null,
                Full(swapped) is { } exchanged ? StoredPositions.OfAnnotations(Full(judgments)!, exchanged, random)
                    : Full(pairJudgments) is { } both ? StoredPositions.OfPairJudgments(both, random)
                    : null);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, evaluation.ToJson());
            }
            else
            {
                new PreferenceTables(environment.Out).Write(evaluation);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static PairAnalysis Analyse(string path, string? model)
    {
        var (pairs, unit) = ScoredPairFile.Read(path, model);
        return PairAnalysis.Of(pairs, unit);
    }
}
