using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core;

namespace Zephyr.Experiments.Slurm;

/// <summary>Where stages that compute do their work (section <c>executor</c>). No setting here enters a fingerprint.</summary>
public sealed record ExecutorOptions
{
    /// <summary>Where stages that compute do their work.</summary>
    [Description("local: stages compute on this machine; slurm: each computing stage is a job of its own, submitted with sbatch")]
    [ExecutionSetting]
    public ExecutorKind Kind { get; init; } = ExecutorKind.Local;

    /// <summary>Jobs, when <see cref="Kind"/> is <see cref="ExecutorKind.Slurm"/>.</summary>
    [Description("jobs of kind: slurm; what stands here holds for every stage unless stages says otherwise")]
    public SlurmOptions Slurm { get; init; } = new();
}

/// <summary>Where stages that compute do their work.</summary>
public enum ExecutorKind
{
    /// <summary>On this machine.</summary>
    Local,

    /// <summary>On a node that Slurm gives.</summary>
    Slurm,
}

/// <summary>What a job asks Slurm for. Null leaves it to Slurm's defaults, or to what holds for every stage.</summary>
public record SlurmResources
{
    private const string OneWord = "[^\\s=]+";

    /// <summary>Partition.</summary>
    [Description("partition (sbatch --partition); null takes Slurm's default")]
    [RegularExpression(OneWord, ErrorMessage = "one word as Slurm takes it")]
    [ExecutionSetting]
    public string? Partition { get; init; }

    /// <summary>Account to charge.</summary>
    [Description("account to charge (sbatch --account)")]
    [RegularExpression(OneWord, ErrorMessage = "one word as Slurm takes it")]
    [ExecutionSetting]
    public string? Account { get; init; }

    /// <summary>Quality of service.</summary>
    [Description("quality of service (sbatch --qos)")]
    [RegularExpression(OneWord, ErrorMessage = "one word as Slurm takes it")]
    [ExecutionSetting]
    public string? Qos { get; init; }

    /// <summary>GPUs of the node.</summary>
    [Description("GPUs, as a number in quotes or with a type: \"1\", a100:1 (sbatch --gpus-per-node); \"0\" asks for none where other stages ask for some")]
    [RegularExpression("([A-Za-z][\\w.-]*:)?[1-9][0-9]*|0", ErrorMessage = "a number of GPUs in quotes or with a type, \"1\" or a100:1")]
    [ExecutionSetting]
    public string? Gpus { get; init; }

    /// <summary>Generic resources, where <see cref="Gpus"/> is not enough.</summary>
    [Description("generic resources as sbatch --gres takes them: gpu:a100:1")]
    [RegularExpression("\\S+", ErrorMessage = "a text without spaces")]
    [ExecutionSetting]
    public string? Gres { get; init; }

    /// <summary>Cores, and threads unless model.threads says otherwise.</summary>
    [Description("cores (sbatch --cpus-per-task), and threads for tensor operations while model.threads is 0; null takes 1")]
    [Range(1, 4096)]
    [ExecutionSetting]
    public int? Cpus { get; init; }

    /// <summary>Memory of the node.</summary>
    [Description("memory of the node (sbatch --mem): 64G")]
    [RegularExpression("[1-9][0-9]*[KMGT]?", ErrorMessage = "a size as sbatch takes it, such as 64G")]
    [ExecutionSetting]
    public string? Memory { get; init; }

    /// <summary>Time limit of one job.</summary>
    [Description("time limit of one job as D-HH:MM:SS, HH:MM:SS or minutes in quotes (sbatch --time); a stage that needs longer goes on in the next job")]
    [RegularExpression(SlurmTime.Pattern, ErrorMessage = "a time as sbatch takes it: minutes in quotes, HH:MM:SS or D-HH:MM:SS")]
    [ExecutionSetting]
    public string? TimeLimit { get; init; }

    /// <summary>Features the node must have.</summary>
    [Description("features the node must have (sbatch --constraint)")]
    [RegularExpression("\\S+", ErrorMessage = "a text without spaces")]
    [ExecutionSetting]
    public string? Constraint { get; init; }

    /// <summary>More arguments of sbatch, each as one item with its value behind an equals sign.</summary>
    [Description("more arguments of sbatch, one an item: --reservation=spring")]
    [ExecutionSetting]
    public IReadOnlyList<string>? Extra { get; init; }

    /// <summary>Lines of bash that run before the stage; one that fails ends the job.</summary>
    [Description("lines of bash that run on the node before the stage, such as module load cuda/12.4; one that fails ends the job")]
    [ExecutionSetting]
    public IReadOnlyList<string>? Setup { get; init; }

    /// <summary>These resources where they say something, else those that hold for every stage.</summary>
    /// <param name="every">What holds for every stage.</param>
    /// <returns>The resources of one stage.</returns>
    public SlurmResources Over(SlurmResources every) => new()
    {
        Partition = Partition ?? every.Partition,
        Account = Account ?? every.Account,
        Qos = Qos ?? every.Qos,
        Gpus = Gpus ?? every.Gpus,
        Gres = Gres ?? every.Gres,
        Cpus = Cpus ?? every.Cpus,
        Memory = Memory ?? every.Memory,
        TimeLimit = TimeLimit ?? every.TimeLimit,
        Constraint = Constraint ?? every.Constraint,
        Extra = Extra ?? every.Extra,
        Setup = Setup ?? every.Setup,
    };
}

/// <summary>Jobs of every stage, and how they are followed (section <c>executor.slurm</c>).</summary>
public sealed record SlurmOptions : SlurmResources
{
    /// <summary>What single stages ask for instead.</summary>
    [Description("what single stages ask for instead of what stands above")]
    public SlurmStages Stages { get; init; } = new();

    /// <summary>How often a stage is submitted again from its last checkpoint.</summary>
    [Description("how many times a stage is submitted again, from its last checkpoint, after a time limit, a preemption, a node's failure or a kill")]
    [Range(0, 10000)]
    [ExecutionSetting]
    public int Requeue { get; init; } = 5;

    /// <summary>Seconds before the time limit at which the stage is asked for a checkpoint, and that it gets for one after Ctrl-C.</summary>
    [Description("seconds before the time limit at which the stage writes a checkpoint and ends, and that it gets for it after Ctrl-C")]
    [Range(5, 65535)]
    [ExecutionSetting]
    public int CheckpointSeconds { get; init; } = 120;

    /// <summary>Seconds between two questions to Slurm about one job.</summary>
    [Description("seconds between two questions to Slurm about a job")]
    [Range(1, 3600)]
    [ExecutionSetting]
    public int PollSeconds { get; init; } = 15;

    /// <summary>Seconds that files written on the node may take to be seen here.</summary>
    [Description("seconds that files written on the node may take to be seen here, by the attribute cache of the shared file system")]
    [Range(1, 3600)]
    [ExecutionSetting]
    public int SettleSeconds { get; init; } = 75;

    /// <summary>What the job of a stage asks for.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <returns>The resources, what holds for every stage included.</returns>
    public SlurmResources For(string stage) => Stages.Named.GetValueOrDefault(stage)?.Over(this) ?? this;
}

/// <summary>What single stages ask for (section <c>executor.slurm.stages</c>): all stages of the recipe that compute.</summary>
public sealed record SlurmStages
{
    /// <summary>Preference data, when a model here judges or answers.</summary>
    [Description("the job of feedback, which is one only when a model in a folder answers or judges")]
    public SlurmResources? Feedback { get; init; }

    /// <summary>The first supervised fine-tuning.</summary>
    [Description("the job of dsft")]
    public SlurmResources? Dsft { get; init; }

    /// <summary>The second supervised fine-tuning.</summary>
    [Description("the job of dsft2")]
    public SlurmResources? Dsft2 { get; init; }

    /// <summary>Reference log-probabilities.</summary>
    [Description("the job of reference")]
    public SlurmResources? Reference { get; init; }

    /// <summary>Direct preference optimisation.</summary>
    [Description("the job of ddpo")]
    public SlurmResources? Ddpo { get; init; }

    /// <summary>Evaluation.</summary>
    [Description("the job of evaluate")]
    public SlurmResources? Evaluate { get; init; }

    /// <summary>MT-Bench.</summary>
    [Description("the job of mt_bench; its node must reach the judge")]
    public SlurmResources? MtBench { get; init; }

    /// <summary>AlpacaEval.</summary>
    [Description("the job of alpaca_eval; its node must reach the judge")]
    public SlurmResources? AlpacaEval { get; init; }

    /// <summary>The same by name of the stage.</summary>
    internal IReadOnlyDictionary<string, SlurmResources?> Named => new Dictionary<string, SlurmResources?>(StringComparer.Ordinal)
    {
        ["feedback"] = Feedback,
        ["dsft"] = Dsft,
        ["dsft2"] = Dsft2,
        ["reference"] = Reference,
        ["ddpo"] = Ddpo,
        ["evaluate"] = Evaluate,
        ["mt_bench"] = MtBench,
        ["alpaca_eval"] = AlpacaEval,
    };
}
