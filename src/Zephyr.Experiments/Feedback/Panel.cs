using Zephyr.Core.Models;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>The teachers and the judge of a run, ready to be asked. Models of one folder are loaded once.</summary>
internal sealed class Panel : IAsyncDisposable
{
    // Templates that tell the date get a fixed one: what a teacher says may not depend on the day.
    private static readonly DateTime s_templateDate = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    private readonly List<CachedEndpoint> _endpoints = [];
    private readonly Dictionary<string, FolderEndpoint> _folders = new(StringComparer.Ordinal);
    private readonly EndpointServices _services;
    private readonly ResponseCache _cache;
    private readonly Budget _budget;
    private readonly UsageCounts _usage;
    private readonly ModelOptions _model;

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
        _model = model;
        _services = services;
        _cache = cache;
        _budget = budget;
        _usage = usage;
        Teachers = [.. options.Teachers.Select((teacher, i) => Make(teacher, $"feedback.teachers[{i}]", world))];
        Judge = options.Judge.Kind == FeedbackJudge.Rubric
            ? new RubricFeedbackJudge(world!)
            : new EndpointJudge(Open(options.Judge, options.Judge.Kind == FeedbackJudge.Folder, "feedback.judge", out var judge), judge, options.Judge);
    }

    /// <summary>The teachers in the order of the settings.</summary>
    public IReadOnlyList<ITeacher> Teachers { get; }

    /// <summary>The judge.</summary>
    public IJudge Judge { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints)
        {
            await endpoint.DisposeAsync();
        }
    }

    private ITeacher Make(TeacherOptions teacher, string setting, SimulatedTeachers? world) => teacher.Kind == TeacherKind.Simulated
        ? new SimulatedTeacher(world!, teacher.Model)
        : new EndpointTeacher(Open(teacher, teacher.Kind == TeacherKind.Folder, setting, out var name), name, teacher);

    private CachedEndpoint Open(EndpointOptions options, bool isFolder, string setting, out string name)
    {
        IChatEndpoint endpoint;
        if (isFolder)
        {
            var path = Path.GetFullPath(options.Folder!);
            if (!_folders.TryGetValue(path, out var folder))
            {
                _folders[path] = folder = new FolderEndpoint(path, _model, options.Concurrency, s_templateDate);
            }

            (endpoint, name) = (folder, folder.Model);
        }
        else
        {
            endpoint = new HttpEndpoint(options, ApiKey.Read(options.KeyVariable, _services.Variable, $"{setting}.key_variable"), _services.Clock);
            name = options.Model;
        }

        var cached = new CachedEndpoint(endpoint, _cache, _budget, isFolder ? new Price(0, 0) : options.Price, _usage, isFolder ? 0 : options.Retries, _services.Clock);
        _endpoints.Add(cached);
        return cached;
    }
}
