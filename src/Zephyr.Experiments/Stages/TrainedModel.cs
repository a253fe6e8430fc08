using Zephyr.Core.Models;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>Writes a model with its tokenizer as one Hugging Face-format folder, and its adapter, if it has one, as a folder of PEFT's.</summary>
internal static class TrainedModel
{
    /// <summary>The dSFT model, as the folder of an experiment's adapter finds it.</summary>
    public const string DsftFolder = "../../dsft/model";

    private const string SentencePieceFile = "tokenizer.model";

    /// <summary>Raised whenever the same training gives other files beside the weights; part of the versions of stages that train.</summary>
    public const int Version = 2;

    /// <summary>Writes weights, configuration and tokenizer files; the weights have the adapter in them.</summary>
    /// <param name="folder">The folder, made here.</param>
    /// <param name="adapterFolder">The folder for the adapter, made here when the model has one.</param>
    /// <param name="model">The model.</param>
    /// <param name="context">The running stage: its tokenizer's files are copied beside the weights, and so is the sentencepiece model that
    /// the base model came with, which llama.cpp reads, when its tokenizer is the one in use.</param>
    /// <param name="start">The model that training started from, as <c>adapter_config.json</c> names it; null when it has no name elsewhere.</param>
    public static void Write(string folder, string adapterFolder, DecoderModel model, StageContext context, string? start)
    {
        var tokenizerFolder = Path.Combine(context.Input(StageFiles.Tokenize), StageFiles.Tokenizer);
        Directory.CreateDirectory(folder);
        model.Save(folder);
        model.Adapter?.Save(adapterFolder, start);
        foreach (var file in Directory.EnumerateFiles(tokenizerFolder).Order(StringComparer.Ordinal))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        CopySentencePieces(Path.Combine(context.Input(StageFiles.Download), StageFiles.BaseModel), folder);
        SpecialTokensMap.Write(folder);
    }

    // Whether the tokenizer is still the base model's is seen by its file: it is no setting of the stages that train.
    private static void CopySentencePieces(string baseModel, string folder)
    {
        const string Json = "tokenizer.json";
        var (pieces, copy) = (Path.Combine(baseModel, SentencePieceFile), Path.Combine(folder, SentencePieceFile));
        var (theirs, ours) = (Path.Combine(baseModel, Json), Path.Combine(folder, Json));
        if (File.Exists(pieces) && !File.Exists(copy) && File.Exists(theirs) && File.Exists(ours)
            && File.ReadAllBytes(theirs).AsSpan().SequenceEqual(File.ReadAllBytes(ours)))
        {
            File.Copy(pieces, copy);
        }
    }

    /// <summary>The base model's repository on a hub; null when it came from nowhere else.</summary>
    /// <param name="context">A stage that depends on <c>download</c>.</param>
    public static string? BaseRepository(StageContext context) =>
        SourceRecord.Read(context.Input(StageFiles.Download)).FirstOrDefault(static source => source.Key == "model.source").Value is { } address
            && HubReference.TryParse(address, out var reference, out _) ? reference.Id : null;
}
