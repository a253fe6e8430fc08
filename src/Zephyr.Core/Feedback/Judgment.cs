namespace Zephyr.Core.Feedback;

/// <summary>A rating with the reason for it.</summary>
/// <param name="Rating">1 to 5 for an aspect, 1 to 10 overall.</param>
/// <param name="Rationale">The reason; empty where the judge gave none.</param>
public sealed record AspectRating(double Rating, string Rationale);

/// <summary>What a judge says of one answer.</summary>
/// <param name="InstructionFollowing">Does it do what was asked, as it was asked; 1 to 5.</param>
/// <param name="Honesty">Does it claim no more than can be known; 1 to 5.</param>
/// <param name="Truthfulness">Is what it says right; 1 to 5.</param>
/// <param name="Helpfulness">Is it of use; 1 to 5.</param>
/// <param name="Overall">The answer as a whole; 1 to 10.</param>
public sealed record Judgment(
    AspectRating InstructionFollowing, AspectRating Honesty, AspectRating Truthfulness, AspectRating Helpfulness, AspectRating Overall)
{
    /// <summary>Best rating of an aspect.</summary>
    public const int BestAspect = 5;

    /// <summary>Best overall rating.</summary>
    public const int BestOverall = 10;

    /// <summary>Mean of the four aspects, 1 to 5.</summary>
    public double Mean => (InstructionFollowing.Rating + Honesty.Rating + Truthfulness.Rating + Helpfulness.Rating) / 4;
}
