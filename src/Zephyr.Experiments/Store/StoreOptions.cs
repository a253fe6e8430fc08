using System.ComponentModel;

namespace Zephyr.Experiments.Store;

/// <summary>Where results are shared with others (section <c>store</c>). No setting here enters a fingerprint.</summary>
public sealed record StoreOptions
{
    /// <summary>The shared store: a folder, relative to the repository's root, or <c>s3://BUCKET/PREFIX</c>; null takes the variable ZEPHYR_REMOTE_STORE.</summary>
    [Description("shared store that results are fetched from before they are computed: a folder, or s3://BUCKET/PREFIX; null takes ZEPHYR_REMOTE_STORE")]
    public string? Remote { get; init; }

    /// <summary>Whether results are sent to the shared store after they are published.</summary>
    [Description("whether results are sent to the shared store once they are published; ZEPHYR_REMOTE_PUSH=1 does the same")]
    public bool Push { get; init; }
}
