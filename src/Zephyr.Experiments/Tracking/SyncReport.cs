namespace Zephyr.Experiments.Tracking;

/// <summary>What a synchronisation did.</summary>
/// <param name="Runs">Runs that are now whole on the server, or were already.</param>
/// <param name="Sent">Records sent.</param>
/// <param name="StillRunning">Pipeline runs left alone because the process that makes them is alive and sends them itself, or another sync is at work.</param>
/// <param name="Refused">Records that the server will not take, with its reasons.</param>
/// <param name="Warnings">What the user should know, such as files that cannot be uploaded from here.</param>
public sealed record SyncReport(int Runs, long Sent, int StillRunning, IReadOnlyList<string> Refused, IReadOnlyList<string> Warnings);
