using System.Text.Json;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>
/// Files of scored pairs, a <c>.jsonl</c> or <c>.json</c> row each: <c>reward_chosen</c> and <c>reward_rejected</c>, or their difference
/// <c>margin</c>; where wanted <c>source</c>, <c>model</c>, and for lengths <c>chosen_tokens</c> and <c>rejected_tokens</c>, else the texts
/// <c>chosen</c> and <c>rejected</c> (the last message of a list), of which characters are counted. Other keys are passed over.
/// </summary>
public static class ScoredPairFile
{
    /// <summary>Reads the pairs of one model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Whose pairs to take; null where the file has those of one model only.</param>
    /// <returns>The pairs in file order, at least one, and what their lengths count.</returns>
    /// <exception cref="DataFormatException">A row is no scored pair; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, has no pairs of the model, or has several models and none is named.</exception>
    public static (IReadOnlyList<ScoredPair> Pairs, LengthUnit Unit) Read(string path, string? model)
    {
        var rows = JudgeFileRows.Read(path).Select(row => Row.Read(row, (position, message) => new DataFormatException(path, position, message))).ToList();
        string[] models = [.. rows.Select(row => row.Model ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var named = string.Join(", ", models.Select(name => name.Length == 0 ? "(none)" : name));
        if (rows.Count == 0)
        {
            throw new ZephyrException($"{path}: the file has no scored pairs; a row is {{\"reward_chosen\", \"reward_rejected\"}} or {{\"margin\"}}");
        }

        if (model is null && models.Length > 1)
        {
            throw new ZephyrException($"{path}: the pairs are scored by several models ({named}); name one with --model");
        }

        var taken = model is null ? rows : rows.FindAll(row => row.Model == model);
        if (taken.Count == 0)
        {
            throw new ZephyrException($"{path}: there are no pairs of {model}; the models in the file are: {named}");
        }

        // Tokens where every pair has them, else characters: never some of each.
        var hasTokens = taken.TrueForAll(row => row is { ChosenTokens: not null, RejectedTokens: not null });
        return ([.. taken.Select(row => row.Pair(hasTokens))], hasTokens ? LengthUnit.Tokens : LengthUnit.Characters);
    }

    /// <summary>Writes the rows that <see cref="Read"/> takes.</summary>
    /// <param name="path">The file, written anew.</param>
    /// <param name="rows">Model, rewards and lengths in tokens of each pair.</param>
    public static void Write(string path, IEnumerable<RewardedPair> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using var json = new Utf8JsonWriter(stream, JsonLines.WriterOptions);
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("model", row.Model);
            json.WriteString("source", row.Source);
            json.WriteNumber("reward_chosen", row.RewardChosen);
            json.WriteNumber("reward_rejected", row.RewardRejected);
            json.WriteNumber("chosen_tokens", row.ChosenTokens);
            json.WriteNumber("rejected_tokens", row.RejectedTokens);
            json.WriteEndObject();
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    private sealed record Row(
        string? Model, string? Source, double Margin, int? ChosenTokens, int? RejectedTokens, int? ChosenCharacters, int? RejectedCharacters)
    {
        public static Row Read(JsonRow row, JsonFault fault)
        {
            var cursor = new JsonCursor(row.Json.Span, row.Position, fault);
            cursor.Read();
            cursor.BeginObject("a scored pair");
            string? model = null, source = null;
            double? margin = null, better = null, worse = null;
            int? chosenTokens = null, rejectedTokens = null, chosen = null, rejected = null;
            while (cursor.NextProperty(out var name))
            {
                switch (name)
                {
                    case "model":
                        model = cursor.String("'model'");
                        break;
                    case "source":
                        source = cursor.IsNull ? null : cursor.String("'source'");
                        break;
                    case "margin":
                        margin = cursor.Number("'margin'");
                        break;
                    case "reward_chosen":
                        better = cursor.Number("'reward_chosen'");
                        break;
                    case "reward_rejected":
                        worse = cursor.Number("'reward_rejected'");
                        break;
                    case "chosen_tokens":
                        chosenTokens = cursor.Integer("'chosen_tokens'", 0, int.MaxValue);
                        break;
                    case "rejected_tokens":
                        rejectedTokens = cursor.Integer("'rejected_tokens'", 0, int.MaxValue);
                        break;
                    case "chosen":
                        chosen = Characters(ref cursor, "'chosen'");
                        break;
                    case "rejected":
                        rejected = Characters(ref cursor, "'rejected'");
                        break;
                    default:
                        cursor.Skip();
                        break;
                }
            }

            cursor.End();
            if ((better is null) != (worse is null) || (margin is null && better is null))
            {
                throw fault(row.Position, "a scored pair has 'reward_chosen' and 'reward_rejected', or their difference 'margin'");
            }

            return new Row(model, source, better is null ? margin!.Value : better.Value - worse!.Value, chosenTokens, rejectedTokens, chosen, rejected);
        }

        public ScoredPair Pair(bool inTokens) => inTokens
            ? new ScoredPair(Margin, ChosenTokens, RejectedTokens, Source)
            : new ScoredPair(Margin, ChosenCharacters, RejectedCharacters, Source);

        private static int Characters(ref JsonCursor cursor, string what)
        {
            if (cursor.Token == JsonTokenType.String)
            {
                return CodePoints.Count(cursor.String(what));
            }

            cursor.BeginArray($"{what}, which is no text,");
            var last = 0;
            while (cursor.NextItem())
            {
                cursor.BeginObject($"a message of {what}");
                while (cursor.NextProperty(out var name))
                {
                    if (name == "content")
                    {
                        last = CodePoints.Count(cursor.String("'content' of a message"));
                    }
                    else
                    {
                        cursor.Skip();
                    }
                }
            }

            return last;
        }
    }
}

/// <summary>A pair with the rewards of a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Source">Where the pair comes from; null where that is not known.</param>
/// <param name="RewardChosen">Reward of the chosen answer.</param>
/// <param name="RewardRejected">Reward of the rejected answer.</param>
/// <param name="ChosenTokens">Tokens of the chosen answer, its end token included.</param>
/// <param name="RejectedTokens">Tokens of the rejected answer, its end token included.</param>
public sealed record RewardedPair(string Model, string? Source, double RewardChosen, double RewardRejected, int ChosenTokens, int RejectedTokens)
{
    /// <summary>The pair as it is analysed.</summary>
    public ScoredPair Scored => new(RewardChosen - RewardRejected, ChosenTokens, RejectedTokens, Source);
}
