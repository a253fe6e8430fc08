using System.Text;
using Zephyr.Core.Randomness;
using Zephyr.Core.World.Prompts;

namespace Zephyr.Core.World;

/// <summary>
/// Draws distinct prompts. What is asked decides which side a prompt is on: the hash of its key, never a draw,
/// so no training prompt can be a held-out one in another greeting.
/// </summary>
internal sealed class PromptPool
{
    private const ulong HeldOutOneIn = 8;
    private const int DrawsPerPrompt = 60;

    private readonly ulong _seed;
    private readonly Dictionary<string, IPromptSource> _sources;

    internal PromptPool(ulong seed)
    {
        _seed = seed;
        var atlas = new Atlas(seed);
        IPromptSource[] sources =
        [
            new FactPrompts(atlas), new SortingPrompts(), new CountingPrompts(), new ArithmeticPrompts(), new RewritingPrompts(),
            new FormatPrompts(), new UnknownPrompts(), new RefusalPrompts(), new FollowUpPrompts(atlas),
        ];
        _sources = sources.ToDictionary(source => source.Skill, StringComparer.Ordinal);
    }

    /// <summary>Draws prompts of one side in random order, shared among the skills by their profiles; a skill that runs out leaves its rest to sorting and rewriting.</summary>
    /// <param name="side">Name of the side, part of the random streams.</param>
    /// <param name="heldOut">Which side of the hash.</param>
    /// <param name="count">Number of prompts.</param>
    /// <returns>Distinct drafts.</returns>
    /// <exception cref="ZephyrException">The world has not that many prompts.</exception>
    internal IReadOnlyList<PromptDraft> Draw(string side, bool heldOut, int count)
    {
        var drafts = new List<PromptDraft>(count);
        var texts = new HashSet<string>(count, StringComparer.Ordinal);
        var given = 0.0;
        foreach (var profile in SkillProfile.All)
        {
            // Cumulative rounding: the shares add up to the count exactly.
            var before = (int)Math.Round(given * count);
            given += profile.Share;
            var wanted = (int)Math.Round(given * count) - before;
            Fill(drafts, texts, profile.Skill, side, heldOut, wanted);
        }

        foreach (var spare in new[] { Skills.Sorting, Skills.Rewriting })
        {
            Fill(drafts, texts, spare, side + "/spare", heldOut, count - drafts.Count);
        }

        if (drafts.Count < count)
        {
            throw new ZephyrException(
                $"The synthetic world ran out of {side} prompts at {drafts.Count} of {count}; lower data.world.{(heldOut ? "held_out_prompts" : "prompts")}.");
        }

        var order = new SeededRandom(_seed, $"world/{side}/order").Permutation(count);
        return [.. order.Select(i => drafts[i])];
    }

    private void Fill(List<PromptDraft> drafts, HashSet<string> texts, string skill, string side, bool heldOut, int wanted)
    {
        if (wanted <= 0)
        {
            return;
        }

        var random = new SeededRandom(_seed, $"world/{side}/{skill}");
        var draws = (wanted * (long)DrawsPerPrompt) + 1000;
        for (var found = 0; found < wanted && draws > 0; draws--)
        {
            var draft = _sources[skill].Draw(random);
            if (IsHeldOut(draft.Key) == heldOut && texts.Add(PromptText(draft)))
            {
                drafts.Add(draft);
                found++;
            }
        }
    }

    /// <summary>The conversation as one text, to tell prompts apart.</summary>
    internal static string PromptText(PromptDraft draft) => string.Join('\n', draft.Messages.Select(message => message.Content));

    /// <summary>One key in eight is held out, by the FNV-1a hash of the key.</summary>
    private static bool IsHeldOut(string key)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in Encoding.UTF8.GetBytes(key))
        {
            hash = unchecked((hash ^ unit) * 1099511628211UL);
        }

        // FNV alone leaves keys that differ in their last digit alike in most bits; MurmurHash3's finalizer spreads them.
        hash = unchecked((hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL);
        hash = unchecked((hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL);
        return (hash ^ (hash >> 33)) % HeldOutOneIn == 0;
    }
}
