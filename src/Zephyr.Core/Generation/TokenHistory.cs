namespace Zephyr.Core.Generation;

/// <summary>Which tokens a request has met, for the penalties.</summary>
internal sealed class TokenHistory
{
    private readonly HashSet<int> _seen;
    private readonly Dictionary<int, int> _answered = [];

    /// <summary>Begins with the prompt.</summary>
    /// <param name="prompt">Its tokens.</param>
    public TokenHistory(IEnumerable<int> prompt) => _seen = [.. prompt];

    /// <summary>Tokens of the prompt and the answer, each once.</summary>
    public IReadOnlySet<int> Seen => _seen;

    /// <summary>How often each token stands in the answer.</summary>
    public IReadOnlyDictionary<int, int> Answered => _answered;

    /// <summary>Adds a token of the answer.</summary>
    /// <param name="id">The token.</param>
    public void Add(int id)
    {
        _seen.Add(id);
        _answered[id] = _answered.GetValueOrDefault(id) + 1;
    }
}
