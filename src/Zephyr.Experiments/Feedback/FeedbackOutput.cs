using Zephyr.Core.Data;
using Zephyr.Core.Feedback;
using Zephyr.Core.World;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Feedback;

/// <summary>Writes the files of the feedback stage as outcomes come in, prompt after prompt.</summary>
internal sealed class FeedbackOutput : IDisposable
{
    private readonly FeedbackOptions _options;
    private readonly IReadOnlySet<string>? _heldOut;
    private readonly FeedbackPairs _pairing;
    private readonly UltraFeedbackWriter _ratings;
    private readonly UltraFeedbackWriter _pairs;
    private readonly UltraFeedbackWriter? _heldOutPairs;
    private readonly UltraFeedbackWriter? _sft;
    private readonly UltraFeedbackWriter? _heldOutSft;
    private readonly DropCounts _drops = new();
    private readonly DropCounts _heldOutDrops = new();
    private int _rated;
    private int _pairCount;
    private int _heldOutPairCount;
    private int _sftCount;
    private int _heldOutSftCount;
    private int _overLimit;
    private double _chosen;
    private double _rejected;

    /// <summary>Opens the files.</summary>
    /// <param name="folder">Output of the stage.</param>
    /// <param name="options">Section <c>feedback</c>.</param>
    /// <param name="heldOut">Identifiers of prompts held out; null where the experiment has held-out rows of its own.</param>
    /// <param name="seed">The experiment's seed.</param>
    public FeedbackOutput(string folder, FeedbackOptions options, IReadOnlySet<string>? heldOut, ulong seed)
    {
        (_options, _heldOut, _pairing) = (options, heldOut, new FeedbackPairs(options.Pairing, seed));
        var data = Directory.CreateDirectory(Path.Combine(folder, StageFiles.Data)).FullName;
        _ratings = new UltraFeedbackWriter(Path.Combine(folder, StageFiles.Ratings));
        _pairs = new UltraFeedbackWriter(Path.Combine(data, WorldFiles.Preferences));
        _heldOutPairs = heldOut is null ? null : new UltraFeedbackWriter(Path.Combine(data, WorldFiles.HeldOutPreferences));
        var learns = options.Sft == SftSource.Best;
        _sft = learns ? new UltraFeedbackWriter(Path.Combine(data, WorldFiles.Sft)) : null;
        _heldOutSft = learns && heldOut is not null ? new UltraFeedbackWriter(Path.Combine(data, WorldFiles.HeldOutSft)) : null;
    }

    /// <summary>Writes what a prompt gives: its ratings, its best answer and its pairs. A prompt without a judged answer gives nothing.</summary>
    /// <param name="rated">The prompt.</param>
    public void Write(RatedPrompt rated)
    {
        if (rated.Completions.Count == 0)
        {
            return;
        }

        _rated++;
        _ratings.Write(rated);
        var isHeldOut = _heldOut?.Contains(rated.Prompt.Id) == true;
        if ((isHeldOut ? _heldOutSft : _sft) is { } sft)
        {
            sft.Write(rated.Prompt, _pairing.Best(rated).Text);
            _ = isHeldOut ? _heldOutSftCount++ : _sftCount++;
        }

        if (isHeldOut)
        {
            foreach (var pair in _pairing.Make(rated, _heldOutDrops))
            {
                _heldOutPairs!.Write(rated.Prompt, pair);
                _heldOutPairCount++;
            }

            return;
        }

        foreach (var pair in _pairing.Make(rated, _drops))
        {
            if (_options.Pairing.Limit > 0 && _pairCount == _options.Pairing.Limit)
            {
                _overLimit++;
                continue;
            }

            _pairs.Write(rated.Prompt, pair);
            _pairCount++;
            _chosen += pair.ScoreChosen!.Value;
            _rejected += pair.ScoreRejected!.Value;
        }
    }

    /// <summary>Pairs for training.</summary>
    public int Pairs => _pairCount;

    /// <summary>Records what was written and left out.</summary>
    /// <param name="counts">Takes the counts.</param>
    /// <param name="reporter">Takes the figures.</param>
    public void Record(StageCounts counts, IStageReporter reporter)
    {
        counts.Set("prompts.rated", _rated);
        counts.Set("pairs", _pairCount);
        counts.Set("pairs.over_limit", _overLimit);
        counts.Drops("pairs", _drops);
        if (_heldOutPairs is not null)
        {
            counts.Set("pairs.heldout", _heldOutPairCount);
            counts.Drops("pairs.heldout", _heldOutDrops);
        }

        if (_sft is not null)
        {
            counts.Set("conversations", _sftCount);
        }

        if (_heldOutSft is not null)
        {
            counts.Set("conversations.heldout", _heldOutSftCount);
        }

        if (_pairCount > 0)
        {
            reporter.Metric("chosen_score", _chosen / _pairCount);
            reporter.Metric("rejected_score", _rejected / _pairCount);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ratings.Dispose();
        _pairs.Dispose();
        _heldOutPairs?.Dispose();
        _sft?.Dispose();
        _heldOutSft?.Dispose();
    }
}
