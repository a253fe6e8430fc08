using System.Runtime.CompilerServices;
using Zephyr.Core.Chat.Jinja.Values;
using Zephyr.Core.Json;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>One rendering of a template: where it is, and what it has used up.</summary>
internal sealed class RenderRun
{
    private const int CharactersPerStep = 64;
    private readonly string _template;
    private long _steps;
    private int _depth;

    /// <summary>Starts a rendering.</summary>
    /// <param name="template">Name of the template.</param>
    /// <param name="limits">What it may use up.</param>
    /// <param name="options">The time that templates see, and how they write containers.</param>
    public RenderRun(string template, TemplateLimits limits, RenderOptions options)
    {
        _template = template;
        Limits = limits;
        Now = options.Now;
        Text = new ValueText(this, options.Containers);
    }

    /// <summary>What it may use up.</summary>
    public TemplateLimits Limits { get; }

    /// <summary>The time that templates see; null when none was stated.</summary>
    public DateTime? Now { get; }

    /// <summary>Values as text.</summary>
    public ValueText Text { get; }

    /// <summary>Place of the node being evaluated.</summary>
    public TextPosition At { get; set; } = TextPosition.Start;

    /// <summary>Number of generation blocks so far.</summary>
    public int Generations { get; set; }

    /// <summary>Counts work.</summary>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > Limits.Steps)
        {
            throw Fault($"the template takes more than {Limits.Steps} steps; it loops too often, or the conversation is too long for it");
        }
    }

    /// <summary>Counts text that is about to be made, and bounds it.</summary>
    /// <param name="added">Characters to come.</param>
    /// <param name="existing">Characters there.</param>
    public void Charge(long added, long existing = 0)
    {
        Step(added / CharactersPerStep);
        if (added + existing > Limits.TextLength)
        {
            throw Fault($"a text grows beyond {Limits.TextLength} characters");
        }
    }

    /// <summary>Goes one level deeper; undone by <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > Limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fault($"evaluation nests more than {Limits.Depth} deep; a macro may call itself without end");
        }
    }

    /// <summary>Comes back up.</summary>
    public void Leave() => _depth--;

    /// <summary>A fault at the node being evaluated.</summary>
    public ChatTemplateException Fault(string message) => new(_template, At, message);

    /// <summary>The fault that a template reports itself.</summary>
    public ChatTemplateException Refusal(string message) =>
        new(_template, At, $"the template refuses this conversation: {message}", isRefusal: true);
}
