using System.Security.Cryptography;
using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Hub;

/// <summary>An address in a setting of an experiment.</summary>
/// <param name="Key">Dotted name of the setting.</param>
/// <param name="Source">The address.</param>
public sealed record RemoteSetting(string Key, RemoteSource Source);

/// <summary>
/// What the addresses of an experiment are known to stand for: by its lock, else by what this machine settled in an earlier run.
/// Reads files alone; nothing here needs a network.
/// </summary>
/// <param name="lockPath">The experiment's lock.</param>
/// <param name="remembered">Folder of what this machine settled.</param>
public sealed class SourcePins(string lockPath, string remembered)
{
    private readonly Lazy<IReadOnlyList<SourcePin>> _locked = new(() => LockFile.Read(lockPath));

    /// <summary>The pins of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="folders">Where the store is.</param>
    /// <returns>Its pins; no file is read yet.</returns>
    public static SourcePins Of(Experiment experiment, StoreFolders folders) => new(LockFile.PathOf(experiment.File), folders.Pins);

    /// <summary>The addresses in an experiment's settings.</summary>
    /// <param name="resolved">The settings.</param>
    /// <returns>The settings that hold one, in the order of the file's schema.</returns>
    public static IReadOnlyList<RemoteSetting> Settings(ResolvedSection resolved) => [.. resolved.Leaves().Where(IsRemote)
        .Select(static leaf => new RemoteSetting(leaf.Key, RemoteSource.Parse((string)((ResolvedValue)leaf).Value!, leaf.Property!.Remote)))];

    /// <summary>Whether a setting holds an address.</summary>
    /// <param name="leaf">The setting.</param>
    /// <returns>Whether it is a path setting whose value is an address.</returns>
    public static bool IsRemote(ResolvedSetting leaf) => leaf is ResolvedValue { Property.IsPath: true, Value: string text } && RemoteSource.IsRemote(text);

    /// <summary>Finds what an address stands for.</summary>
    /// <param name="source">The address.</param>
    /// <returns>The pin; null when nobody has settled it.</returns>
    /// <exception cref="ZephyrException">The lock is damaged.</exception>
    public SourcePin? Find(RemoteSource source) =>
        _locked.Value.FirstOrDefault(pin => pin.Source == source) ?? LockFile.Read(PathOf(source)).FirstOrDefault(pin => pin.Source == source);

    /// <summary>Whether the experiment's lock has an address.</summary>
    /// <param name="source">The address.</param>
    /// <returns>Whether it does.</returns>
    public bool IsLocked(RemoteSource source) => _locked.Value.Any(pin => pin.Source == source);

    /// <summary>Remembers on this machine what an address stands for.</summary>
    /// <param name="pin">The pin.</param>
    public void Remember(SourcePin pin)
    {
        Directory.CreateDirectory(remembered);
        LockFile.Write(PathOf(pin.Source), [pin]);
    }

    private string PathOf(RemoteSource source) => Path.Combine(
        remembered, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Content} {source.Text}"))) + ".json");
}
