using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests.Slurm;

/// <summary>
/// A Slurm of shell scripts on a PATH of its own. Each submission N runs the bash text of <see cref="Jobs"/>[N-1] with FOLDER set to the
/// submission's folder, and its state is then the text of the file <c>state-N</c>. Every call is written down.
/// </summary>
internal sealed class FakeSlurm : IDisposable
{
    /// <summary>Settings that make a run ask Slurm at once and again at once.</summary>
    public const string Experiment = TestRepository.Small + "executor: {kind: slurm, slurm: {poll_seconds: 1, settle_seconds: 10, requeue: 2}}\n";

    // What a job leaves when its stage is done; the environment names the node.
    private const string Result = """
        printf 'trained' > "$FOLDER/output/model.bin"
        printf '%s\n' '{"metric":"loss","value":0.5}' >> "$FOLDER/messages.jsonl"
        printf '%s' '{"status":"done","message":null,"detail":null,"environment":{"libtorch":"9.9"},"seconds":12.5,"outputs":{"model.bin":7}}' > "$FOLDER/end.json"

        """;

    private readonly string _bin;

    public FakeSlurm(params string[] jobs)
    {
        Repository = new TestRepository(Experiment);
        _bin = Directory.CreateDirectory(Path.Combine(Repository.Folder, "bin")).FullName;
        Jobs = jobs;
        for (var i = 0; i < jobs.Length; i++)
        {
            File.WriteAllText(Path.Combine(_bin, $"job-{i + 1}"), jobs[i]);
        }

        Program("sbatch", """
            for FOLDER; do :; done; FOLDER=$(dirname "$FOLDER")
            for a; do case $a in --job-name=*) name=${a#--job-name=};; esac; done
            n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n > count; echo $n > "name-$name"
            echo "Slurm says hello" > "$FOLDER/job.log"
            . ./job-$n
            echo $n
            """);
        Program("scontrol", """
            n=${!#}
            if [ -e down ]; then rm down; echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1; fi
            [ -e state-$n ] || { echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }
            echo "JobId=$n JobName=x $(cat state-$n)"
            """);
        Program("squeue", """for a; do case $a in --name=*) cat "name-${a#--name=}" 2>/dev/null;; esac; done; exit 0""");
        Program("scancel", """n=${!#}; echo 'JobState=CANCELLED Reason=None ExitCode=0:15 NodeList=n1' > state-$n""");
    }

    public static string Done => Result + State("COMPLETED");

    public IReadOnlyList<string> Jobs { get; }

    public TestRepository Repository { get; }

    public SlurmCommands Commands => new(_bin);

    /// <summary>The end at once of the process that runs.</summary>
    public ImmediateExit Exit { get; } = new();

    public string Bin => _bin;

    /// <summary>Calls of the programs in order, one a line.</summary>
    public IReadOnlyList<string> Calls => File.Exists(Path.Combine(_bin, "calls")) ? File.ReadAllLines(Path.Combine(_bin, "calls")) : [];

    public int Submissions => Calls.Count(static call => call.StartsWith("sbatch ", StringComparison.Ordinal));

    /// <summary>Bash text that sets the state of the job.</summary>
    public static string State(string state, string reason = "None", string exitCode = "0:0") =>
        $"echo 'JobState={state} Reason={reason} ExitCode={exitCode} NodeList=n1' > state-$n\n";

    public void Program(string name, string body)
    {
        var path = Path.Combine(_bin, name);
        File.WriteAllText(path, $"#!/bin/bash\ncd '{_bin}'\necho \"{name} $*\" >> calls\n{body}\n");
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The scripts are bash.");
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static FakeStage Stage() => new("train", [], ["ddpo"], (context, _) => FakeStage.Put(context, "model.bin", "trained"))
    {
        Resources = new StageResources(1, 1, null, Computes: true),
    };

    public Task<RunResult> RunAsync(RunOptions? options = null, CancellationToken cancellationToken = default, params string[] sets)
    {
        var services = new RunServices(new NullRunTracker(), new LineDisplay(Repository.Shown, TimeProvider.System), new HurriedTime(), ProcessEnvironment.Describe)
        {
            Slurm = new SlurmServices(Commands, "/shared/zephyr") { Exit = Exit },
        };
        return new PipelineRunner(Pipeline.Create([Stage()]), Repository.Store, services, Repository.Folder)
            .RunAsync(Repository.Load(sets), options ?? new RunOptions(), cancellationToken);
    }

    /// <summary>The record of the stage's job; null when nothing is under way.</summary>
    public SlurmJobRecord? Record() =>
        Directory.Exists(Repository.Store.Folders.Work) && Directory.GetDirectories(Repository.Store.Folders.Work) is [var work] ? SlurmJobRecord.Find(work) : null;

    public void Dispose() => Repository.Dispose();
}
