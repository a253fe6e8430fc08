namespace Zephyr.Experiments.Store;

/// <summary>The file-system calls that change the store, behind an interface so that tests can make any of them fail.</summary>
public interface IFileSystem
{
    /// <summary>Makes a folder and those above it; nothing happens when it is there.</summary>
    /// <param name="path">The folder.</param>
    void CreateFolder(string path);

    /// <summary>Writes a new file or replaces the content of one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The content.</param>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Forces a file's content to the disk.</summary>
    /// <param name="path">The file.</param>
    void FlushFile(string path);

    /// <summary>Forces the names in a folder to the disk.</summary>
    /// <param name="path">The folder.</param>
    void FlushFolder(string path);

    /// <summary>Forces everything written on the disk of a folder to it, contents and names.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>False when the system has no such call that reports failures: then force file by file.</returns>
    bool FlushAll(string path);

    /// <summary>Renames a file in one step, over an existing one.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, on the same disk.</param>
    void MoveFile(string from, string to);

    /// <summary>Renames a folder in one step.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">Its new name, on the same disk; must not exist.</param>
    void MoveFolder(string from, string to);

    /// <summary>Removes a file; nothing happens when there is none.</summary>
    /// <param name="path">The file.</param>
    void DeleteFile(string path);

    /// <summary>Removes a folder with all in it, read-only files included; nothing happens when there is none.</summary>
    /// <param name="path">The folder.</param>
    void DeleteFolder(string path);

    /// <summary>Makes a file read-only and gives it the modification time of sealed objects.</summary>
    /// <param name="path">The file.</param>
    void Seal(string path);

    /// <summary>Shows a sealed file under a second name: shares its blocks, else is a hard link, else a sealed copy.</summary>
    /// <param name="from">The sealed file.</param>
    /// <param name="to">The second name; must not exist.</param>
    void Share(string from, string to);

    /// <summary>Shows a sealed file under a second name that can be edited without touching the first: shares its blocks, else is a sealed copy.</summary>
    /// <param name="from">The sealed file.</param>
    /// <param name="to">The second name; must not exist.</param>
    void ShareApart(string from, string to);
}
