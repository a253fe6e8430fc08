using System.CommandLine;

namespace Zephyr.Experiments.Commands;

/// <summary>The stage that some verbs take. A mistyped option must not pass for one.</summary>
public static class StageArgument
{
    /// <summary>Makes the argument.</summary>
    /// <param name="description">What it is for.</param>
    /// <returns>An argument that may be left out.</returns>
    public static Argument<string?> Create(string description)
    {
        var stage = new Argument<string?>("stage") { Description = description, Arity = ArgumentArity.ZeroOrOne };
        stage.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value.StartsWith('-'))
            {
                result.AddError($"unknown option {result.Tokens[0].Value}");
            }
        });
        return stage;
    }
}
