using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
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

    /// <summary>Files of conversations for dSFT; used with <see cref="DataSource.Files"/>.</summary>
    [Description("files of conversations for dSFT")]
    public IReadOnlyList<DataFileOptions> Sft { get; init; } = [];

    /// <summary>Files of preference pairs for dDPO; used with <see cref="DataSource.Files"/>.</summary>
    [Description("files of preference pairs for dDPO")]
    public IReadOnlyList<DataFileOptions> Preferences { get; init; } = [];

    /// <summary>Share of rows of a file-based set that is held out for evaluation.</summary>
    [Description("share of the rows held out for evaluation")]
    [Range(0.0, 0.9)]
    public double HeldOutFraction { get; init; } = 0.1;
}

/// <summary>Kinds of data an experiment can start from.</summary>
public enum DataSource
{
    /// <summary>The synthetic world.</summary>
    World,

    /// <summary>Files on disk.</summary>
    Files,
}

/// <summary>One data file and how to read it.</summary>
public sealed record DataFileOptions
{
    /// <summary>The file, or <c>hf://datasets/org/name@revision/path</c> (wildcards in the path name several), or an https address.</summary>
    [Description("the file, or hf://datasets/ORG/NAME@REVISION/PATH with * for several, or an https address")]
    [Required]
    [SettingPath(Remote = RemoteContent.Data)]
    public string Path { get; init; } = "";

    /// <summary>Row format of the file.</summary>
    [Description("row format")]
    public RowFormat Format { get; init; } = RowFormat.Auto;

    /// <summary>First share of the rows to take.</summary>
    [Description("first share of the rows to take")]
    [Range(0.0, 1.0)]
    public double Fraction { get; init; } = 1;
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

    /// <summary><c>prompt, chosen, rejected</c> (texts or message lists).</summary>
    Preference,
}
