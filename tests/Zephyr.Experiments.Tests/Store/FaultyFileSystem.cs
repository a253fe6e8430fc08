using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Store;

/// <summary>The real file system whose n-th call fails, as on a full or broken disk.</summary>
public sealed class FaultyFileSystem(int failAt, int error) : IFileSystem
{
    private readonly PhysicalFileSystem _real = new();

    public int Calls { get; private set; }

    public void CreateFolder(string path) => Do(path, () => _real.CreateFolder(path));

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        // A full disk takes the first half.
        if (Calls + 1 == failAt)
        {
            _real.Write(path, content[..(content.Length / 2)]);
        }

        Do(path, () => { });
        _real.Write(path, content);
    }

    public void FlushFile(string path) => Do(path, () => _real.FlushFile(path));

    public void FlushFolder(string path) => Do(path, () => _real.FlushFolder(path));

    public bool FlushAll(string path)
    {
        Do(path, () => { });
        return _real.FlushAll(path);
    }

    public void MoveFile(string from, string to) => Do(to, () => _real.MoveFile(from, to));

    public void MoveFolder(string from, string to) => Do(to, () => _real.MoveFolder(from, to));

    public void DeleteFile(string path) => Do(path, () => _real.DeleteFile(path));

    public void DeleteFolder(string path) => Do(path, () => _real.DeleteFolder(path));

    public void Seal(string path) => Do(path, () => _real.Seal(path));

    public void Share(string from, string to) => Do(to, () => _real.Share(from, to));

    public void ShareApart(string from, string to) => Do(to, () => _real.ShareApart(from, to));

    private void Do(string path, Action call)
    {
        if (++Calls == failAt)
        {
            throw new IOException($"{path}: {(error == 28 ? "No space left on device" : "Input/output error")}", error);
        }

        call();
    }
}
