using System.Text.Json.Nodes;
using Zephyr.Core.Models;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>The models that an evaluation asks, with the stored answers, the budget and the counts that they share.</summary>
internal sealed class AskingSession : IAsyncDisposable
{
    private readonly ResponseCache _cache;
    private readonly Budget _budget;
    private readonly UsageCounts _usage = new();

    /// <summary>Opens the stored answers.</summary>
    /// <param name="model">Precision of models in process.</param>
    /// <param name="services">Stored answers, keys and clock.</param>
    /// <param name="budget">What may be spent; null for no limit.</param>
    /// <param name="setting">The setting that holds the budget, for messages.</param>
    /// <param name="onlyLooks">Whether nothing is asked, so that stored answers are read where there are some, and no file is made.</param>
    /// <exception cref="Core.ZephyrException">The stored answers cannot be opened.</exception>
    public AskingSession(ModelOptions model, EndpointServices services, double? budget, string setting, bool onlyLooks = false)
    {
        _cache = onlyLooks ? ResponseCache.OpenExisting(services.Responses) : ResponseCache.Open(services.Responses);
        _budget = new Budget((decimal?)budget, setting);
        Models = new EndpointPool(model, services, _cache, _budget, _usage);
        HasBudget = budget is not null;
    }

    /// <summary>Opens models.</summary>
    public EndpointPool Models { get; }

    /// <summary>Whether there is a limit.</summary>
    public bool HasBudget { get; }

    /// <summary>What stored answers that were looked at have cost.</summary>
    public decimal Paid => _budget.Total;

    /// <summary>Records requests and cost of this run.</summary>
    /// <param name="reporter">Takes them.</param>
    public void Record(IStageReporter reporter)
    {
        reporter.Count("requests.sent", _usage.Requests);
        reporter.Count("requests.stored", _usage.FromStore);
        reporter.Count("requests.retried", _usage.Retries);
        reporter.Count("requests.damaged", _cache.Damaged);
        reporter.Metric("cost", (double)_budget.Total);
        reporter.Metric("cost.this_run", (double)_budget.Spent);
    }

    /// <summary>Requests and cost of this run.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new()
    {
        ["sent"] = _usage.Requests,
        ["stored"] = _usage.FromStore,
        ["retried"] = _usage.Retries,
        ["cost"] = _budget.Total,
        ["cost_this_run"] = _budget.Spent,
    };

    /// <summary>Requests and cost of this run in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{_usage.Requests} requests sent, {_usage.FromStore} answered from what is stored; cost {Budget.Text(_budget.Total)} in all, {Budget.Text(_budget.Spent)} of it now";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Models.DisposeAsync();
        _cache.Dispose();
    }
}
