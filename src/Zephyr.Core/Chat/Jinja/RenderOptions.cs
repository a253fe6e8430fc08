namespace Zephyr.Core.Chat.Jinja;

/// <summary>How lists and dicts are written where a template writes them without <c>tojson</c>.</summary>
public enum ContainerText
{
    /// <summary>As JSON, which is what the recorded texts of real templates (huggingface.js) hold.</summary>
    Json,

    /// <summary>As Python writes them, single quotes and <c>None</c> included, which is what transformers gives.</summary>
    Python,
}

/// <summary>What a rendering depends on besides template and variables.</summary>
public sealed record RenderOptions
{
    /// <summary>No time stated, containers as JSON.</summary>
    public static RenderOptions Default { get; } = new();

    /// <summary>The time that <c>strftime_now</c> writes; null makes it a fault to ask for it.</summary>
    public DateTime? Now { get; init; }

    /// <summary>How lists and dicts are written.</summary>
    public ContainerText Containers { get; init; }
}
