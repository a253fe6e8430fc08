using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Terminal;

/// <summary>The line that says how a stage ended.</summary>
public static class StageLine
{
    /// <summary>The line.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>Plain text.</returns>
    public static string Text(StageResult stage) => stage.Status switch
    {
        StageStatus.Ran => $"{stage.Name}: done in {stage.Seconds:0.0} s, {stage.Outputs.Count} files in {stage.Folder}",
        StageStatus.Cached when stage.IsFrozen => $"{stage.Name}: {stage.Reason}",
        StageStatus.Cached => $"{stage.Name}: cached ({stage.Reason})",
        StageStatus.Failed => $"{stage.Name}: failed after {stage.Seconds:0.0} s",
        StageStatus.Interrupted => $"{stage.Name}: interrupted after {stage.Seconds:0.0} s",
        StageStatus.Submitted => $"{stage.Name}: submitted ({stage.Reason})",
        _ => $"{stage.Name}: skipped ({stage.Reason})",
    };
}
