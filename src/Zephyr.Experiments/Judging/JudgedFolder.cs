using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core;

namespace Zephyr.Experiments.Judging;

/// <summary>A model that is judged beside those of the experiment: any folder in Hugging Face's format, such as the base model or a published one.</summary>
public sealed record JudgedFolder
{
    /// <summary>Its name in results and files.</summary>
    [Description("name of the model in results, unique")]
    [Required]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", ErrorMessage = "a name of letters, digits, dots, dashes and underscores")]
    public string Name { get; init; } = "";

    /// <summary>The folder.</summary>
    [Description("folder of a model in Hugging Face format, with a chat template; its content is in the key of the stage")]
    [Required]
    [SettingPath]
    public string Folder { get; init; } = "";
}
