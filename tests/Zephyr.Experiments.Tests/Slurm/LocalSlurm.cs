using System.Diagnostics;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Slurm;

/// <summary>The real Slurm on this machine, started by the committed script; tests skip where it is not installed.</summary>
public sealed class LocalSlurm : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-slurm-").FullName;

    /// <summary>Starts Slurm.</summary>
    public LocalSlurm()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Missing = "slurmd has to be started as root";
        }
        else if (new[] { "sbatch", "munged", "slurmctld", "slurmd" }.FirstOrDefault(static program => !new[] { "/usr/bin", "/usr/sbin" }.Any(folder => File.Exists(Path.Combine(folder, program)))) is { } program)
        {
            Missing = $"{program} is not installed; on Debian: apt-get install slurm-wlm";
        }
        else
        {
            var (code, error) = Script("start-local.sh");
            code.ShouldBe(0, error);
        }
    }

    /// <summary>Why there is no Slurm; null when there is.</summary>
    public string? Missing { get; }

    /// <summary>Path of its configuration.</summary>
    public string Configuration => Path.Combine(_folder, "slurm.conf");

    /// <summary>Runs one of Slurm's programs.</summary>
    public string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false, Environment = { ["SLURM_CONF"] = Configuration } })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Missing is null)
        {
            Script("stop-local.sh");
        }
        else
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private (int Code, string Error) Script(string name)
    {
        // The daemons inherit standard output, so it is not redirected into a pipe that would stay open with them.
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"bash '{Path.Combine(RecipeRepository.Source(), "build", "slurm", name)}' '{_folder}' > '{_folder}.out' 2>&1 < /dev/null"]))!;
        process.WaitForExit();
        var said = File.ReadAllText(_folder + ".out");
        File.Delete(_folder + ".out");
        return (process.ExitCode, said);
    }
}
