using System.Globalization;
using System.Text;

namespace Zephyr.Experiments.Slurm;

/// <summary>The script and the arguments of sbatch for one submission.</summary>
/// <param name="stage">Name of the stage.</param>
/// <param name="fingerprint">Its fingerprint.</param>
/// <param name="program">The program, at the same path on the node.</param>
/// <param name="options">How jobs are run.</param>
internal sealed class JobScript(string stage, string fingerprint, string program, SlurmOptions options)
{
    private readonly SlurmResources _resources = options.For(stage);

    /// <summary>The script.</summary>
    /// <param name="folder">Folder of the submission.</param>
    /// <returns>Its text.</returns>
    public string Text(SlurmJobFolder folder)
    {
        var text = new StringBuilder("#!/bin/bash\n");
        text.Append($"# Stage {stage}, fingerprint {fingerprint}. Written by zephyr run; the executor sets every option by sbatch's arguments.\nset -e\n");
        foreach (var line in _resources.Setup ?? [])
        {
            text.Append(line).Append('\n');
        }

        // exec: the signals that Slurm sends to the batch script reach the stage itself.
        return text.Append($"exec {Quoted(program)} {JobServer.Verb} {Quoted(folder.Path)}\n").ToString();
    }

    /// <summary>Arguments of sbatch.</summary>
    /// <param name="record">The submission.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="repository">The job's working folder.</param>
    /// <returns>The arguments, the script last.</returns>
    public IReadOnlyList<string> Arguments(SlurmJobRecord record, SlurmJobFolder folder, string repository)
    {
        List<string> arguments =
        [
            "--parsable",
            $"--job-name={record.Name}",
            $"--comment=zephyr:{fingerprint}",
            $"--chdir={repository}",
            $"--output={folder.Log.Replace("%", "%%", StringComparison.Ordinal)}",
            "--open-mode=append",
            "--nodes=1",
            "--ntasks=1",
            "--no-requeue", // it is submitted again from here, which knows how often and where from
            string.Create(CultureInfo.InvariantCulture, $"--signal=B:TERM@{options.CheckpointSeconds}"),
        ];
        Add("partition", _resources.Partition);
        Add("account", _resources.Account);
        Add("qos", _resources.Qos);
        Add("gpus-per-node", _resources.Gpus == "0" ? null : _resources.Gpus);
        Add("gres", _resources.Gres);
        Add("cpus-per-task", _resources.Cpus?.ToString(CultureInfo.InvariantCulture));
        Add("mem", _resources.Memory);
        Add("time", _resources.TimeLimit);
        Add("constraint", _resources.Constraint);
        arguments.AddRange(_resources.Extra ?? []);
        arguments.Add(folder.Script);
        return arguments;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                arguments.Add($"--{name}={value}");
            }
        }
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
