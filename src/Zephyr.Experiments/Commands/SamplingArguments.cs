using System.CommandLine;
using System.CommandLine.Parsing;
using Zephyr.Core.Generation;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of verbs that pick tokens.</summary>
public sealed class SamplingArguments
{
    private readonly Option<double> _temperature;
    private readonly Option<double> _topP;
    private readonly Option<int> _topK = new("--top-k") { Description = "likeliest tokens to sample from; 0 for all", DefaultValueFactory = _ => 0 };
    private readonly Option<double> _minP = new("--min-p") { Description = "leave out tokens less likely than this share of the likeliest", DefaultValueFactory = _ => 0 };
    private readonly Option<double> _repetition = new("--repetition-penalty") { Description = "above 1 makes tokens that were there less likely", DefaultValueFactory = _ => 1 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "seed of the sampling", DefaultValueFactory = _ => 42 };
    private readonly Option<string[]> _stop = new("--stop") { Description = "text that ends the answer and is left out; may be repeated", HelpName = "TEXT", DefaultValueFactory = _ => [] };

    /// <summary>Makes the options.</summary>
    /// <param name="temperature">Temperature where none is given.</param>
    /// <param name="topP">Top-p where none is given.</param>
    public SamplingArguments(double temperature, double topP)
    {
        _temperature = new("--temperature") { Description = "0 takes the likeliest token", DefaultValueFactory = _ => temperature };
        _topP = new("--top-p") { Description = "share of the probability to sample from", DefaultValueFactory = _ => topP };
    }

    /// <summary>Adds the options to a verb, with a check of their ranges.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _temperature, _topP, _topK, _minP, _repetition, _seed, _stop })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            // Values that cannot be read are reported already.
            if (result.Children.OfType<OptionResult>().Any(static option => option.Errors.Any()))
            {
                return;
            }

            try
            {
                Options(
                    Given(result, _temperature, 0),
                    Given(result, _topP, 1),
                    Given(result, _topK, 0),
                    Given(result, _minP, 0),
                    Given(result, _repetition, 1),
                    seed: 0,
                    Given(result, _stop, []));
            }
            catch (SamplingException failure)
            {
                result.AddError("--" + failure.Message.Replace(failure.Option, failure.Option.Replace('_', '-'), StringComparison.Ordinal));
            }
        });
    }

    /// <summary>The options given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Options without stop tokens and longest length.</returns>
    public SamplingOptions Read(ParseResult parsed) => Options(
        parsed.GetValue(_temperature), parsed.GetValue(_topP), parsed.GetValue(_topK), parsed.GetValue(_minP), parsed.GetValue(_repetition), parsed.GetValue(_seed), parsed.GetValue(_stop));

    private static T Given<T>(CommandResult result, Option<T> option, T standard) =>
        result.GetResult(option) is { Implicit: false } given && given.GetValueOrDefault<T>() is { } value ? value : standard;

    private static SamplingOptions Options(double temperature, double topP, int topK, double minP, double repetition, ulong seed, string[]? stop) => new SamplingOptions
    {
        Temperature = temperature,
        TopP = topP,
        TopK = topK,
        MinP = minP,
        RepetitionPenalty = repetition,
        Seed = seed,
        StopStrings = stop ?? [],
    }.Checked();
}
