using Zephyr.Core.Chat;

namespace Zephyr.Core.World;

/// <summary>A prompt with what the judge needs to score any answer to it; a line of <c>heldout.jsonl</c>.</summary>
/// <param name="Id">Identifier, unique in the file.</param>
/// <param name="Skill">Skill family: one of <see cref="Skills"/>.</param>
/// <param name="Messages">The conversation up to the answer; the last message is the user's.</param>
/// <param name="Truth">What the judge needs.</param>
/// <param name="Reference">A perfect answer.</param>
public sealed record WorldPrompt(
    string Id,
    string Skill,
    IReadOnlyList<ChatMessage> Messages,
    GroundTruth Truth,
    string Reference);
