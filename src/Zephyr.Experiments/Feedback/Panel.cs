using Zephyr.Core.Models;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>The teachers and the judge of a run, ready to be asked. Models of one folder are loaded once.</summary>
internal sealed class Panel : IAsyncDisposable
{
    private readonly EndpointPool _endpoints;

    /// <summary>Makes them. Keys are read and addresses checked; nothing is asked yet.</summary>
    /// <param name="options">Section <c>feedback</c>.</param>
    /// <param name="model">Type of the weights of models in process.</param>
    /// <param name="services">Keys and clock.</param>
    /// <param name="cache">The stored answers.</param>
    /// <param name="budget">What may be spent.</param>
    /// <param name="usage">Counts what is asked.</param>
    /// <param name="world">The world's teachers; null where none is simulated.</param>
    /// <exception cref="Core.ZephyrException">A key is missing, or an address or folder is unsound.</exception>
    public Panel(FeedbackOptions options, ModelOptions model, EndpointServices services, ResponseCache cache, Budget budget, UsageCounts usage, SimulatedTeachers? world)
    {
        _endpoints = new EndpointPool(model, services, cache, budget, usage);
        Teachers = [.. options.Teachers.Select((teacher, i) => Make(teacher, $"feedback.teachers[{i}]", world))];
        Judge = options.Judge.Kind == FeedbackJudge.Rubric
            ? new RubricFeedbackJudge(world!)
            : new EndpointJudge(_endpoints.Open(options.Judge, options.Judge.Kind == FeedbackJudge.Folder, "feedback.judge"), options.Judge);
    }

    /// <summary>The teachers in the order of the settings.</summary>
    public IReadOnlyList<ITeacher> Teachers { get; }

    /// <summary>The judge.</summary>
    public IJudge Judge { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _endpoints.DisposeAsync();

    private ITeacher Make(TeacherOptions teacher, string setting, SimulatedTeachers? world) => teacher.Kind == TeacherKind.Simulated
        ? new SimulatedTeacher(world!, teacher.Model)
        : new EndpointTeacher(_endpoints.Open(teacher, teacher.Kind == TeacherKind.Folder, setting), teacher);
}
