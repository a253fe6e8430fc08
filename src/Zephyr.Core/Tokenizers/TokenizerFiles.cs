using Zephyr.Core.Tokenizers.Json;
using Zephyr.Core.Tokenizers.SentencePiece;

namespace Zephyr.Core.Tokenizers;

/// <summary>A tokenizer.json, or a sentencepiece model, and the configuration beside it.</summary>
/// <param name="content">Content of the tokenizer's file.</param>
/// <param name="path">Its name, for messages.</param>
/// <param name="configuration">The configuration.</param>
internal sealed class TokenizerFiles(byte[] content, string path, TokenizerConfiguration configuration)
{
    private const string JsonName = "tokenizer.json";
    private const string ModelName = "tokenizer.model";
    private const long MaxFileSize = 256L << 20;

    /// <summary>Name of the tokenizer's file, for messages.</summary>
    public string Path => path;

    /// <summary>Content of the tokenizer's file.</summary>
    public byte[] Content => content;

    /// <summary>The configuration beside it.</summary>
    public TokenizerConfiguration Configuration => configuration;

    /// <summary>Whether it is a sentencepiece model.</summary>
    public bool IsModel => path.EndsWith(".model", StringComparison.Ordinal);

    /// <summary>Opens files on disk; of a folder with both kinds tokenizer.json is taken.</summary>
    /// <param name="fileOrFolder">The file or its folder.</param>
    /// <exception cref="TokenizerFormatException">The configuration is damaged.</exception>
    /// <exception cref="ZephyrException">A file is not there, too large or cannot be read.</exception>
    public static TokenizerFiles Open(string fileOrFolder)
    {
        var path = fileOrFolder;
        if (Directory.Exists(fileOrFolder))
        {
            path = System.IO.Path.Combine(fileOrFolder, JsonName);
            var model = System.IO.Path.Combine(fileOrFolder, ModelName);
            path = !File.Exists(path) && File.Exists(model) ? model : path;
        }

        return new TokenizerFiles(ReadBounded(path), path, TokenizerConfiguration.Beside(path));
    }

    /// <summary>Content of a file of bounded size.</summary>
    /// <exception cref="ZephyrException">The file is not there, too large or cannot be read.</exception>
    public static byte[] ReadBounded(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxFileSize)
            {
                throw new ZephyrException($"{path}: the file has {file.Length} bytes; a tokenizer file may have at most {MaxFileSize}");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the tokenizer cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What the file says. A sentencepiece model knows nothing of templates: its configuration may ask for the tokens around a text.</summary>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something unsupported.</exception>
    public TokenizerDefinition ReadDefinition()
    {
        if (!IsModel)
        {
            return TokenizerJsonReader.Read(content, path);
        }

        var model = SentencePieceReader.Read(content, path);
        return model.Definition with
        {
            TemplatePrefix = configuration.Flag("add_bos_token", model.BosId is not null) && model.BosId is { } begin ? [begin] : [],
            TemplateSuffix = configuration.Flag("add_eos_token", otherwise: false) && model.EosId is { } end ? [end] : [],
        };
    }

    /// <summary>Writes the tokenizer's file into a folder.</summary>
    public void Save(string folder) => File.WriteAllBytes(System.IO.Path.Combine(folder, IsModel ? ModelName : JsonName), content);
}
