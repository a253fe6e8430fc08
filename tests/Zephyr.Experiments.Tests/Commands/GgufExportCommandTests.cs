using System.Text.Json;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Experiments.Commands;

namespace Zephyr.Experiments.Tests.Commands;

public sealed class GgufExportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-gguf-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_folder_becomes_one_file_and_the_json_says_what_is_in_it()
    {
        Model();
        var (code, output, _) = await Run("export", "model", "--format", "gguf", "--to", "m.gguf", "--type", "q8_0", "--json");

        code.ShouldBe(0);
        var json = JsonDocument.Parse(output).RootElement;
        var file = new FileInfo(Path.Combine(_folder, "m.gguf"));
        json.GetProperty("bytes").GetInt64().ShouldBe(file.Length);
        json.GetProperty("name").GetString().ShouldBe("m");
        json.GetProperty("context_length").GetInt32().ShouldBe(24);
        json.GetProperty("chat_template").GetBoolean().ShouldBeTrue();
        using var stream = file.OpenRead();
        var magic = new byte[4];
        stream.ReadExactly(magic);
        magic.ShouldBe("GGUF"u8.ToArray());
    }

    [Fact]
    public async Task Wrong_options_and_folders_end_with_their_exit_codes_and_leave_no_file()
    {
        Model();
        (await Run("export", "model", "--format", "ggml", "--to", "m")).Code.ShouldBe(2);
        (await Run("export", "model", "--format", "gguf", "--to", "m", "--type", "q4_0")).Code.ShouldBe(2);
        (await Run("export", "model", "--to", "m", "--type", "f16")).Code.ShouldBe(2);
        var (code, _, error) = await Run("export", "zephyr-tiny", "--format", "gguf", "--to", "m");
        code.ShouldBe(1);
        error.ShouldContain("With --format gguf, name a model's folder");
        File.WriteAllText(Path.Combine(_folder, "model", "config.json"), """{"model_type": "gpt2"}""");
        (await Run("export", "model", "--format", "gguf", "--to", "m")).Code.ShouldBe(1);
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    private void Model()
    {
        var folder = Path.Combine(_folder, "model");
        var tokenizer = BpeTrainer.Train(["A kite rose over the harbour, and the children who had made it could not stop laughing."], 300);
        RandomModel.Create(
            new ArchitectureOptions { HiddenSize = 32, IntermediateSize = 32, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 1, SlidingWindow = 24 }, tokenizer.VocabSize, 1, folder);
        tokenizer.Save(folder);
    }

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter());
        var environment = new CommandEnvironment(_folder, _folder, new StringReader(""), output, error, TimeProvider.System);
        var code = await new ZephyrCommandLine(environment).RunAsync(arguments, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
