using System.Net;

namespace Zephyr.Experiments.Serving;

/// <summary>Where the server listens and what it bears.</summary>
public sealed record ServeOptions
{
    /// <summary>Address it listens on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>Key that requests must carry; null for none. Never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Largest body of a request, in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>Most messages of a conversation.</summary>
    public int MaxMessages { get; init; } = 2048;

    /// <summary>Most answers to one request (<c>n</c>).</summary>
    public int MaxChoices { get; init; } = 16;

    /// <summary>Longest time an answer may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long answers under way may go on once the server is told to end.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(3);
}
