namespace Zephyr.Experiments.Fingerprints;

/// <summary>A library of which a stage puts files into its output.</summary>
/// <param name="Name">Its name, such as <c>chart.js</c>.</param>
/// <param name="Version">Its version.</param>
public sealed record StageLibrary(string Name, string Version);
