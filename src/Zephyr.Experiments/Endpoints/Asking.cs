namespace Zephyr.Experiments.Endpoints;

/// <summary>Whether models may be asked, or only what they said before counts.</summary>
/// <param name="Lifetime">When to stop asking; null when nothing may be asked.</param>
/// <param name="Failed">Told of a failure as soon as it happens, so that nothing more is begun; null when nobody cares.</param>
internal sealed record Asking(RequestLifetime? Lifetime, Action<Exception>? Failed)
{
    /// <summary>Only what was said before counts.</summary>
    public static Asking StoredOnly { get; } = new(null, null);
}
