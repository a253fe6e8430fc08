using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Data.DuckDb;
using Zephyr.Core.World;

namespace Zephyr.Core.Data;

/// <summary>Where conversations and preferences come from (section <c>data</c>).</summary>
public sealed record DataOptions
{
    /// <summary>The made-up world, or files.</summary>
    [Description("`world` for the synthetic world made by the project, or `files`")]
    public DataSource Source { get; init; } = DataSource.World;

    /// <summary>Settings of the synthetic world; used with <see cref="DataSource.World"/>.</summary>
    [Description("the synthetic world")]
    public WorldOptions World { get; init; } = new();

    /// <summary>Sources of conversations for dSFT; used with <see cref="DataSource.Files"/>.</summary>
    [Description("sources of conversations for dSFT")]
    public IReadOnlyList<DataFileOptions> Sft { get; init; } = [];

    /// <summary>Sources of preference pairs for dDPO; used with <see cref="DataSource.Files"/>.</summary>
    [Description("sources of preference pairs for dDPO")]
    public IReadOnlyList<DataFileOptions> Preferences { get; init; } = [];

    /// <summary>Share of the rows of a set without test sources that is held out for evaluation.</summary>
    [Description("share of the rows held out for evaluation, for sets that have no source with split: test")]
    [Range(0.0, 0.9)]
    public double HeldOutFraction { get; init; } = 0.1;

    /// <summary>Whether the rows of all training sources are put into one random order.</summary>
    [Description("whether the rows of all training sources are shuffled together with the seed; else they keep the order of the sources")]
    public bool Shuffle { get; init; } = true;

    /// <summary>Which repeated rows are dropped.</summary>
    [Description("drop rows whose normalised text (row: all of it, prompt: the prompt's) occurred before; none keeps them")]
    public Deduplication Deduplicate { get; init; } = Deduplication.None;

    /// <summary>Files with texts of evaluations.</summary>
    [Description("files of evaluation texts: a row that holds one of them, ignoring case and white space, is dropped")]
    public IReadOnlyList<TextFileOptions> Decontaminate { get; init; } = [];

    /// <summary>Texts of <see cref="Decontaminate"/> that are too common to mean anything.</summary>
    [Description("texts of the decontaminate files that are so common that they may stay")]
    public IReadOnlyList<string> AllowedTexts { get; init; } = ["return x + y", "return len(string)", "return n**2", "return ''.join(strings)"];

    /// <summary>Phrases that no answer may have.</summary>
    [Description("drop rows in which the assistant says one of these phrases, ignoring case and white space; UltraChat's filter has \"I do not have emotions\" and \"I don't have opinions\"")]
    public IReadOnlyList<string> DropPhrases { get; init; } = [];

    /// <summary>How lost capital letters are restored.</summary>
    [Description("none, or sentences: restore the capital letters of sentence starts and of \"I\"")]
    public Truecasing Truecase { get; init; } = Truecasing.None;

    /// <summary>How pairs are made of raw UltraFeedback.</summary>
    [Description("how pairs are made of raw UltraFeedback with four completions a prompt")]
    public UltraFeedbackOptions UltraFeedback { get; init; } = new();

    /// <summary>What DuckDB may use while it reads.</summary>
    [Description("what DuckDB may use while it reads files")]
    public DuckDbOptions DuckDb { get; init; } = new();
}

/// <summary>Which repeated rows are dropped.</summary>
public enum Deduplication
{
    /// <summary>None.</summary>
    None,

    /// <summary>Rows whose texts are all the same.</summary>
    Row,

    /// <summary>Rows with the same prompt.</summary>
    Prompt,
}

/// <summary>How lost capital letters are restored.</summary>
public enum Truecasing
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>At the start of sentences, and in the pronoun "I".</summary>
    Sentences,
}

/// <summary>A file of texts.</summary>
public sealed record TextFileOptions
{
    /// <summary>The file.</summary>
    [Description("the file: .txt with one text a line, or .json or .jsonl with HumanEval's rows or a text each")]
    [Required]
    [SettingPath]
    public string Path { get; init; } = "";
}

/// <summary>Kinds of data an experiment can start from.</summary>
public enum DataSource
{
    /// <summary>The synthetic world.</summary>
    World,

    /// <summary>Files on disk.</summary>
    Files,
}

/// <summary>One source of rows, a file or a folder of them, and how to read it.</summary>
public sealed record DataFileOptions
{
    /// <summary>The file, a folder of which <see cref="Files"/> are taken, <c>hf://datasets/org/name@revision/path</c> (wildcards in the path name several), or an https address.</summary>
    [Description("the file, a folder of files, hf://datasets/ORG/NAME@REVISION/PATH with * for several, or an https address")]
    [Required]
    [SettingPath(Remote = RemoteContent.Data)]
    public string Path { get; init; } = "";

    /// <summary>Names of the files to take where <see cref="Path"/> is a folder.</summary>
    [Description("pattern of the files to take where path is a folder, such as train_sft-*.parquet")]
    public string Files { get; init; } = "*";

    /// <summary>What the rows are for.</summary>
    [Description("train, or test: held out for evaluation")]
    public DataSplit Split { get; init; } = DataSplit.Train;

    /// <summary>Row format of the files.</summary>
    [Description("row format")]
    public RowFormat Format { get; init; } = RowFormat.Auto;

    /// <summary>First share of the rows to take.</summary>
    [Description("first share of the rows to take, rounded down; of those that pass the filter")]
    [Range(0.0, 1.0)]
    public double Fraction { get; init; } = 1;

    /// <summary>A filter in SQL.</summary>
    [Description("a condition in SQL (DuckDB's) over the file's own columns; rows that do not meet it are not read")]
    public string? Where { get; init; }

    /// <summary>Names of the columns where they differ from those of the format.</summary>
    [Description("names of the columns where they differ from those of the format")]
    public ColumnNames Columns { get; init; } = new();

    /// <summary>The files of this machine that the source stands for, where its path is an address; no setting.</summary>
    internal IReadOnlyList<string>? LocalFiles { get; private init; }

    /// <summary>The same source once its path has been fetched: one source still, so that its fraction is of all files together.</summary>
    /// <param name="files">The files, in the order in which they are to be read.</param>
    public DataFileOptions Fetched(IReadOnlyList<string> files) => this with { LocalFiles = files };
}

/// <summary>What the rows of a source are for.</summary>
public enum DataSplit
{
    /// <summary>Training.</summary>
    Train,

    /// <summary>Evaluation.</summary>
    Test,
}

/// <summary>Row formats of conversation and preference files.</summary>
public enum RowFormat
{
    /// <summary>Found from the keys of the first row.</summary>
    Auto,

    /// <summary><c>messages: [{role, content}]</c>.</summary>
    Messages,

    /// <summary><c>instruction, input, output</c>.</summary>
    Alpaca,

    /// <summary><c>conversations: [{from, value}]</c>, optionally with <c>chosen</c> and <c>rejected</c>.</summary>
    ShareGpt,

    /// <summary><c>prompt, chosen, rejected</c> (texts or message lists; ultrafeedback_binarized is of this kind).</summary>
    Preference,

    /// <summary><c>chosen, rejected</c> as transcripts with <c>Human:</c> and <c>Assistant:</c>, as in HH-RLHF.</summary>
    Transcript,

    /// <summary><c>instruction, completions</c> with ratings, as in raw UltraFeedback.</summary>
    UltraFeedback,
}
