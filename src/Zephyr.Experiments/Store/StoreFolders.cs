using Zephyr.Experiments.Store.Remote;

namespace Zephyr.Experiments.Store;

/// <summary>Paths of everything below <c>artifacts/</c> that the pipeline writes.</summary>
/// <param name="Artifacts">Full path of <c>artifacts/</c>.</param>
public sealed record StoreFolders(string Artifacts)
{
    /// <summary>The store.</summary>
    public string Store => Path.Combine(Artifacts, "store");

    /// <summary>File contents by hash.</summary>
    public string Objects => Path.Combine(Store, "objects");

    /// <summary>Manifests by fingerprint.</summary>
    public string Stages => Path.Combine(Store, "stages");

    /// <summary>Private folders of running stages, by fingerprint.</summary>
    public string Work => Path.Combine(Store, "work");

    /// <summary>Lock files.</summary>
    public string Locks => Path.Combine(Store, "locks");

    /// <summary>Damaged files, kept for a look.</summary>
    public string Quarantine => Path.Combine(Store, "quarantine");

    /// <summary>What each experiment ran last: <c>latest/EXPERIMENT/STAGE.json</c>.</summary>
    public string Latest => Path.Combine(Store, "latest");

    /// <summary>What addresses in settings were settled to on this machine: commits, sizes and hashes.</summary>
    public string Pins => Path.Combine(Store, "pins");

    /// <summary>Files fetched from web servers that are no hub, by address.</summary>
    public string Fetched => Path.Combine(Store, "fetched");

    /// <summary>Remembered hashes of input files.</summary>
    public string Hashes => Path.Combine(Store, "hashes");

    /// <summary>Private folders of results that arrive from elsewhere.</summary>
    public string Arriving => Path.Combine(Store, "arriving");

    /// <summary>Files that other machines are sending here, when this store is itself the shared store of others.</summary>
    public string Incoming => Path.Combine(Store, FolderRemoteStore.IncomingName);

    /// <summary>What models at endpoints have answered, by request; paid for, so no part of what is collected.</summary>
    public string Responses => Path.Combine(Artifacts, "responses");

    /// <summary>Logs of stages, by run of the pipeline.</summary>
    public string Logs => Path.Combine(Artifacts, "logs");

    /// <summary>The tracking journal and its artifacts.</summary>
    public string Tracking => Path.Combine(Artifacts, "tracking");

    /// <summary>What users look at: <c>experiments/EXPERIMENT/STAGE</c>.</summary>
    public string Experiments => Path.Combine(Artifacts, "experiments");

    /// <summary>Path of an object.</summary>
    /// <param name="sha256">Its hash.</param>
    /// <returns>The path.</returns>
    public string Object(string sha256) => Path.Combine(Objects, sha256[..2], sha256);

    /// <summary>Path of a manifest.</summary>
    /// <param name="fingerprint">The stage's fingerprint.</param>
    /// <returns>The path.</returns>
    public string Manifest(string fingerprint) => Path.Combine(Stages, fingerprint + ".json");

    /// <summary>Private folder of a stage: <c>output</c>, <c>checkpoints</c> and <c>inputs</c> are in it.</summary>
    /// <param name="fingerprint">The stage's fingerprint.</param>
    /// <returns>The path.</returns>
    public string WorkOf(string fingerprint) => Path.Combine(Work, fingerprint);

    /// <summary>Lock of a stage's fingerprint or an experiment.</summary>
    /// <param name="name">Name of the lock.</param>
    /// <returns>The path.</returns>
    public string Lock(string name) => Path.Combine(Locks, name + ".lock");

    /// <summary>What an experiment ran last of a stage.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The path.</returns>
    public string LatestOf(string experiment, string stage) => Path.Combine(Latest, experiment, stage + ".json");

    /// <summary>Where the outputs of a stage are shown.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The path.</returns>
    public string View(string experiment, string stage) => Path.Combine(Experiments, experiment, stage);
}
