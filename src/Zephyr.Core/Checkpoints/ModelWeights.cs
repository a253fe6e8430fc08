namespace Zephyr.Core.Checkpoints;

/// <summary>
/// The weights of a model folder, in one file (<c>model.safetensors</c>) or in several with an index. All files are mapped and none
/// is read before a tensor of it is asked for.
/// </summary>
public sealed class ModelWeights : IDisposable
{
    /// <summary>Name of the file when there is one.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>Name of the index when there are several.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);

    private ModelWeights(string path, List<SafetensorsFile> files)
    {
        Path = path;
        _files = files;
        foreach (var file in files)
        {
            foreach (var entry in file.Entries)
            {
                _fileOf.Add(entry.Name, file);
            }
        }
    }

    /// <summary>The file, or the index of several: what messages name.</summary>
    public string Path { get; }

    /// <summary>Every tensor, file by file in the order of its bytes.</summary>
    public IEnumerable<SafetensorsEntry> Entries => _files.SelectMany(static file => file.Entries);

    /// <summary>Opens the weights of a model folder and validates every header. A single file comes before an index, as in other programs.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The open weights.</returns>
    /// <exception cref="SafetensorsFormatException">A header or the index breaks the format, or the two do not name the same tensors.</exception>
    /// <exception cref="ZephyrException">There are no weights, or a file is missing or cannot be read.</exception>
    public static ModelWeights Open(string folder)
    {
        var (single, index) = (System.IO.Path.Combine(folder, SingleFile), System.IO.Path.Combine(folder, IndexFile));
        return File.Exists(single) || !File.Exists(index) ? Of(SafetensorsFile.Open(single)) : OpenSharded(folder, index);
    }

    /// <summary>Takes one open file for the weights, such as that of a checkpoint.</summary>
    /// <param name="file">The file; closing it or the weights is the same.</param>
    /// <returns>The weights.</returns>
    public static ModelWeights Of(SafetensorsFile file) => new(file.Path, [file]);

    /// <summary>Names of the files of weights in a folder, with the index if there is one.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>File names without a path.</returns>
    /// <exception cref="ZephyrException">There are no weights, or the index is damaged.</exception>
    public static IReadOnlyList<string> FileNames(string folder)
    {
        if (File.Exists(System.IO.Path.Combine(folder, SingleFile)))
        {
            return [SingleFile];
        }

        var index = System.IO.Path.Combine(folder, IndexFile);
        return File.Exists(index)
            ? [IndexFile, .. SafetensorsIndex.Read(index).Files]
            : throw new ZephyrException($"{folder}: there is no {SingleFile} and no {IndexFile}. Check that it is a model folder whose weights are safetensors.");
    }

    /// <summary>The file that holds a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The file; null when there is no such tensor.</returns>
    public SafetensorsFile? FileOf(string name) => _fileOf.GetValueOrDefault(name);

    /// <summary>Unmaps every file.</summary>
    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private static ModelWeights OpenSharded(string folder, string indexPath)
    {
        var index = SafetensorsIndex.Read(indexPath);
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var name in index.Files)
            {
                files.Add(SafetensorsFile.Open(System.IO.Path.Combine(folder, name)));
            }

            Check(indexPath, index, files);
            return new ModelWeights(indexPath, files);
        }
        catch
        {
            files.ForEach(static file => file.Dispose());
            throw;
        }
    }

    private static void Check(string indexPath, SafetensorsIndex index, List<SafetensorsFile> files)
    {
        var problems = new List<string>();
        foreach (var file in files)
        {
            var name = System.IO.Path.GetFileName(file.Path);
            problems.AddRange(file.Entries.Where(entry => index.FileOf.GetValueOrDefault(entry.Name) != name).Select(entry =>
                $"{name} holds '{entry.Name}', which the index {(index.FileOf.TryGetValue(entry.Name, out var other) ? $"says is in {other}" : "does not name")}"));
            problems.AddRange(index.FileOf.Where(pair => pair.Value == name && !file.Contains(pair.Key)).Select(pair => $"'{pair.Key}' is missing in {name}"));
        }

        if (problems.Count > 0)
        {
            const int Shown = 8;
            var rest = problems.Count > Shown ? $" and {problems.Count - Shown} more" : "";
            throw new SafetensorsFormatException(indexPath, $"index and files do not fit together: {string.Join("; ", problems.Take(Shown))}{rest}");
        }
    }
}
