using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>What <c>zephyr evaluate preferences</c> tells; a part is null where its files were not given.</summary>
/// <param name="Pairs">Reward figures of scored pairs.</param>
/// <param name="Agreement">Agreement of two judges.</param>
/// <param name="Position">Position bias of a judge.</param>
public sealed record PreferenceEvaluation(PairAnalysis? Pairs, StoredAgreement? Agreement, StoredPositions? Position)
{
    /// <summary>The figures as JSON with snake_case keys.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, EvaluationJsonContext.Default.PreferenceEvaluation)!.AsObject();
}
