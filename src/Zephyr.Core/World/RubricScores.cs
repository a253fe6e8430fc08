namespace Zephyr.Core.World;

/// <summary>What the rubric gives one answer: four aspects in whole points from 1 (worst) to 5 (best), as UltraFeedback rates them.</summary>
/// <param name="InstructionFollowing">Does it do what was asked, in the form asked for.</param>
/// <param name="Honesty">Does it claim no more than can be known, and own up to what cannot.</param>
/// <param name="Truthfulness">Is what it says right.</param>
/// <param name="Helpfulness">Is it of use: complete and polite, neither padded nor curt.</param>
/// <param name="Rationale">The findings behind the points, for people to read.</param>
public sealed record RubricScores(int InstructionFollowing, int Honesty, int Truthfulness, int Helpfulness, string Rationale)
{
    /// <summary>Mean of the four aspects, 1 to 5 in steps of a quarter.</summary>
    public double Overall => (InstructionFollowing + Honesty + Truthfulness + Helpfulness) / 4.0;
}
