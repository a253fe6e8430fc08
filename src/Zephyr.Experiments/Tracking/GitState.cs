using System.Diagnostics;

namespace Zephyr.Experiments.Tracking;

/// <summary>What git says of the working tree that a run was started from. Each part is null when it is not known.</summary>
/// <param name="Commit">Full id of the commit checked out.</param>
/// <param name="Branch">Name of the branch; null when no branch is checked out.</param>
/// <param name="RepositoryUrl">Address of the remote <c>origin</c>, without user or password.</param>
/// <param name="Dirty">Whether tracked files differ from the commit.</param>
public sealed record GitState(string? Commit, string? Branch, string? RepositoryUrl, bool? Dirty)
{
    /// <summary>Reads the state of the repository around a folder. Only the dirty flag asks git itself, for two seconds at most.</summary>
    /// <param name="folder">A folder inside the working tree.</param>
    /// <returns>The state; null when the folder is in no repository.</returns>
    public static GitState? Read(string folder)
    {
        for (var tree = new DirectoryInfo(folder); tree is not null; tree = tree.Parent)
        {
            var dot = Path.Combine(tree.FullName, ".git");
            if (Directory.Exists(dot))
            {
                return Read(tree.FullName, dot);
            }

            if (File.Exists(dot) && File.ReadAllText(dot) is var link && link.StartsWith("gitdir:", StringComparison.Ordinal))
            {
                return Read(tree.FullName, Path.GetFullPath(link["gitdir:".Length..].Trim(), tree.FullName));
            }
        }

        return null;
    }

    private static GitState Read(string tree, string git)
    {
        var commonFile = Path.Combine(git, "commondir");
        var common = File.Exists(commonFile) ? Path.GetFullPath(File.ReadAllText(commonFile).Trim(), git) : git;
        var headFile = Path.Combine(git, "HEAD");
        var head = File.Exists(headFile) ? File.ReadAllText(headFile).Trim() : "";
        const string Symbolic = "ref: ";
        if (!head.StartsWith(Symbolic, StringComparison.Ordinal))
        {
            return new GitState(head.Length == 0 ? null : head, null, Origin(common), IsDirty(tree));
        }

        var name = head[Symbolic.Length..];
        const string Heads = "refs/heads/";
        var branch = name.StartsWith(Heads, StringComparison.Ordinal) ? name[Heads.Length..] : name;
        return new GitState(Resolve(common, name), branch, Origin(common), IsDirty(tree));
    }

    private static string? Resolve(string common, string reference)
    {
        var loose = Path.Combine(common, reference);
        if (File.Exists(loose))
        {
            return File.ReadAllText(loose).Trim();
        }

        var packed = Path.Combine(common, "packed-refs");
        return File.Exists(packed)
            ? File.ReadLines(packed).FirstOrDefault(line => line.EndsWith(" " + reference, StringComparison.Ordinal))?.Split(' ')[0]
            : null;
    }

    private static string? Origin(string common)
    {
        var config = Path.Combine(common, "config");
        if (!File.Exists(config))
        {
            return null;
        }

        var inside = false;
        foreach (var line in File.ReadLines(config).Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = string.Equals(line, "[remote \"origin\"]", StringComparison.Ordinal);
            }
            else if (inside && line.Split('=', 2) is [var key, var value] && string.Equals(key.Trim(), "url", StringComparison.Ordinal))
            {
                return WithoutCredentials(value.Trim());
            }
        }

        return null;
    }

    private static string WithoutCredentials(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? url.Replace(uri.UserInfo + "@", "", StringComparison.Ordinal)
            : url;

    private static bool? IsDirty(string tree)
    {
        var start = new ProcessStartInfo("git", ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"])
        {
            WorkingDirectory = tree,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start);
            if (process is null)
            {
                return null;
            }

            var first = process.StandardOutput.ReadLineAsync();
            if (!first.Wait(TimeSpan.FromSeconds(2)))
            {
                process.Kill();
                return null;
            }

            // One line is enough to know; an unread rest would block git, so it is ended.
            if (first.Result is { Length: > 0 })
            {
                process.Kill();
                return true;
            }

            return process.WaitForExit(2000) && process.ExitCode == 0 ? false : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
