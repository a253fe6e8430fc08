using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>A drawn prompt, before teachers answer it.</summary>
/// <param name="Skill">Skill family.</param>
/// <param name="Key">What is asked, apart from greetings: prompts of one key are all training prompts or all held out.</param>
/// <param name="Messages">The conversation up to the answer.</param>
/// <param name="Truth">What the judge needs.</param>
/// <param name="Forms">How right, wrong and poorly formed answers are written.</param>
internal sealed record PromptDraft(string Skill, string Key, IReadOnlyList<ChatMessage> Messages, GroundTruth Truth, AnswerForms Forms);

/// <summary>How answers to one prompt are written.</summary>
/// <param name="Right">The right content.</param>
/// <param name="Wrong">Draws wrong content of the plausible kind.</param>
/// <param name="Full">Content in the form asked for.</param>
/// <param name="Plain">Content that misses the form: too curt, or not the list asked for.</param>
internal sealed record AnswerForms(
    IReadOnlyList<string> Right,
    Func<SeededRandom, IReadOnlyList<string>> Wrong,
    Func<IReadOnlyList<string>, string> Full,
    Func<IReadOnlyList<string>, string> Plain)
{
    /// <summary>The perfect answer.</summary>
    internal string Reference => Full(Right);
}

/// <summary>Draws prompts of one skill family.</summary>
internal interface IPromptSource
{
    /// <summary>The skill family.</summary>
    string Skill { get; }

    /// <summary>Draws a prompt; the same draw may come again.</summary>
    PromptDraft Draw(SeededRandom random);
}
