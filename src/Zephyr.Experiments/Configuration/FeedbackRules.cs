using Zephyr.Core.Data;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Feedback;

namespace Zephyr.Experiments.Configuration;

/// <summary>Rules between the settings of the section <c>feedback</c>.</summary>
internal static class FeedbackRules
{
    /// <summary>Checks the section, if there is one.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what.</param>
    public static void Check(ExperimentSettings settings, Action<bool, string, string> refuse)
    {
        if (settings.Feedback is not { } feedback)
        {
            return;
        }

        refuse(feedback.Teachers.Count == 0, "feedback.teachers", "is empty: name at least one model that answers");
        refuse(
            feedback.Teachers.Select(static teacher => teacher.Name).Distinct(StringComparer.Ordinal).Count() < feedback.Teachers.Count,
            "feedback.teachers",
            "has two teachers of one name");
        refuse(feedback.Prompts.Any(static source => source.Split == DataSplit.Test), "feedback.prompts", "has a source with split: test: data.held_out_fraction holds prompts out");

        var world = settings.Data.Source == DataSource.World;
        var makesOwn = world && feedback.Prompts.Count == 0;
        for (var i = 0; i < feedback.Teachers.Count; i++)
        {
            var (key, teacher) = ($"feedback.teachers[{i}]", feedback.Teachers[i]);
            refuse(teacher.Principles.Count == 0, $"{key}.principles", "is empty: leave it out, or use [none]");
            if (teacher.Kind == TeacherKind.Simulated)
            {
                refuse(!makesOwn, $"{key}.kind", "cannot be simulated: simulated teachers know the prompts of the synthetic world alone (data.source: world, no feedback.prompts)");
                refuse(!SimulatedTeachers.Names.Contains(teacher.Model, StringComparer.Ordinal), $"{key}.model", $"must be one of {string.Join(", ", SimulatedTeachers.Names)} (is \"{teacher.Model}\")");
            }
            else
            {
                EndpointRules.Check(teacher, teacher.Kind == TeacherKind.Folder, key, refuse);
            }
        }

        if (feedback.Judge.Kind == FeedbackJudge.Rubric)
        {
            refuse(!makesOwn, "feedback.judge.kind", "cannot be rubric: the rubric knows the prompts of the synthetic world alone (data.source: world, no feedback.prompts)");
        }
        else
        {
            EndpointRules.Check(feedback.Judge, feedback.Judge.Kind == FeedbackJudge.Folder, "feedback.judge", refuse);
        }

        var priced = feedback.Teachers.Append<EndpointOptions>(feedback.Judge).Any(static endpoint => endpoint.InputPrice > 0 || endpoint.OutputPrice > 0);
        refuse(feedback.Budget is not null && !priced, "feedback.budget", "has no meaning without prices: set input_price and output_price of the teachers and the judge");
    }
}
