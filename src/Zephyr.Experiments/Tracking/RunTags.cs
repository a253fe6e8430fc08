namespace Zephyr.Experiments.Tracking;

/// <summary>Names of the tags that runs carry besides MLflow's own.</summary>
public static class RunTags
{
    /// <summary>Our id of the run: how it is found on a server before one is made.</summary>
    public const string ClientId = "zephyr.run_id";

    /// <summary>The stage of a nested run.</summary>
    public const string Stage = "zephyr.stage";

    /// <summary>Fingerprint of the stage.</summary>
    public const string Fingerprint = "zephyr.fingerprint";

    /// <summary>Whether the stage was found in the store: <c>true</c> or <c>false</c>.</summary>
    public const string Cached = "zephyr.cached";

    /// <summary>Why a stage's earlier result was used on demand (<c>--freeze</c>), whatever its key.</summary>
    public const string Frozen = "zephyr.frozen";

    /// <summary>Our id of the run that produced a cached stage.</summary>
    public const string ProducedBy = "zephyr.produced_by";

    /// <summary>The server's id of the run that produced a cached stage.</summary>
    public const string ProducedByRemote = "zephyr.produced_by_mlflow_run";

    /// <summary>Message of the failure that ended the run.</summary>
    public const string Error = "zephyr.error";

    /// <summary>MLflow's tag for the commit.</summary>
    public const string GitCommit = "mlflow.source.git.commit";

    /// <summary>MLflow's tag for the branch.</summary>
    public const string GitBranch = "mlflow.source.git.branch";

    /// <summary>MLflow's tag for the address of the repository.</summary>
    public const string GitUrl = "mlflow.source.git.repoURL";

    /// <summary>Whether tracked files differed from the commit: <c>true</c> or <c>false</c>.</summary>
    public const string GitDirty = "mlflow.source.git.dirty";
}
