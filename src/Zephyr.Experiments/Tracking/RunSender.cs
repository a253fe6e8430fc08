using System.Text.Json;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>Sends one run's records in journal order, and moves the run's mark after every request that arrived.</summary>
/// <param name="journal">The journal.</param>
/// <param name="client">The server.</param>
/// <param name="experimentName">MLflow experiment to write to; null takes the run's own.</param>
internal sealed class RunSender(TrackingJournal journal, MlflowClient client, string? experimentName)
{
    private const int Page = 2000;
    private readonly Dictionary<string, string> _experimentIds = new(StringComparer.Ordinal);
    private readonly ArtifactSender _artifacts = new(journal, client);

    /// <summary>Records sent so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Records that the server will not take, with its reasons.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>What the user should know.</summary>
    public List<string> Warnings => _artifacts.Warnings;

    /// <summary>Sends everything the server lacks of a run. Its parent must have been sent before.</summary>
    /// <param name="run">The run.</param>
    /// <param name="token">Stops between and inside requests.</param>
    /// <returns>A task that ends when the run is up to date.</returns>
    public async Task SendAsync(TrackedRunInfo run, CancellationToken token)
    {
        var state = journal.Sent(client.Target, run.RunId) ?? await CreateAsync(run, token);
        while (journal.Records(run.RunId, state.LastSequence, Page) is { Count: > 0 } records)
        {
            for (var next = 0; next < records.Count;)
            {
                token.ThrowIfCancellationRequested();
                var take = RecordBatch.Length(records, next);
                var part = records.Skip(next).Take(take).ToList();
                var mayBeThere = state.InFlight;
                state = Save(run, state with { InFlight = true });
                await SendPartAsync(state, run, part, mayBeThere, token);
                state = Save(run, state with { InFlight = false, LastSequence = part[^1].Sequence });
                Sent += take;
                next += take;
            }
        }
    }

    private async Task<SentState> CreateAsync(TrackedRunInfo run, CancellationToken token)
    {
        var name = experimentName ?? run.Experiment;
        if (!_experimentIds.TryGetValue(name, out var experimentId))
        {
            _experimentIds[name] = experimentId = await client.EnsureExperimentAsync(name, token);
        }

        List<MlflowTag> tags = [new("mlflow.user", run.User), new("mlflow.source.name", "zephyr"), new("mlflow.source.type", "LOCAL")];
        if (run.ParentRunId is { } parent)
        {
            tags.Add(new MlflowTag("mlflow.parentRunId", journal.Sent(client.Target, parent)!.RemoteRunId));
        }

        var info = await client.EnsureRunAsync(
            experimentId, run.Name, run.User, run.StartMs, new MlflowTag(RunTags.ClientId, run.RunId), tags, token);
        // The run may have been found: an earlier process made it, and its records may be there too.
        return Save(run, new SentState(info.RunId, info.ArtifactUri, 0, InFlight: true));
    }

    private async Task SendPartAsync(SentState state, TrackedRunInfo run, List<TrackingRecord> part, bool mayBeThere, CancellationToken token)
    {
        var record = part[0];
        try
        {
            switch (record.Kind)
            {
                case RecordKind.Dataset:
                    await client.LogInputAsync(state.RemoteRunId, RecordBatch.Input(record), mayBeThere, token);
                    break;
                case RecordKind.Artifact:
                    await _artifacts.SendAsync(state, record, token);
                    break;
                case RecordKind.End:
                    await client.UpdateRunAsync(state.RemoteRunId, Enum.Parse<TrackedStatus>(record.Text), record.TimestampMs, token);
                    break;
                default:
                    await client.LogBatchAsync(state.RemoteRunId, WithProducer(RecordBatch.Create(part)), mayBeThere, token);
                    break;
            }
        }
        catch (MlflowException e) when (e.IsRefused && part.Count > 1)
        {
            // One bad record makes the server drop the whole batch: halving finds it, and the others arrive.
            await SendPartAsync(state, run, part[..(part.Count / 2)], mayBeThere, token);
            await SendPartAsync(state, run, part[(part.Count / 2)..], mayBeThere, token);
        }
        catch (MlflowException e) when (e.IsRefused)
        {
            journal.SaveRefused(client.Target, record.Sequence, e.Message);
            Refused.Add($"run {run.Name} ({run.RunId}): {record.Kind} '{record.Key}' was refused and stays in the journal alone: {e.Message}");
        }
        catch (JsonException e)
        {
            journal.SaveRefused(client.Target, record.Sequence, e.Message);
            Refused.Add($"run {run.Name} ({run.RunId}): {record.Kind} '{record.Key}' cannot be read from the journal: {e.Message}");
        }
    }

    // A cached stage names the run that produced it by our id; the server's own id makes it a run to click on there.
    private MlflowBatch WithProducer(MlflowBatch batch) =>
        batch.Tags.FirstOrDefault(tag => tag.Key is RunTags.ProducedBy) is { } tag && journal.Sent(client.Target, tag.Value) is { } producer
            ? batch with { Tags = [.. batch.Tags, new MlflowTag(RunTags.ProducedByRemote, producer.RemoteRunId)] }
            : batch;

    private SentState Save(TrackedRunInfo run, SentState state)
    {
        journal.SaveSent(client.Target, run.RunId, state);
        return state;
    }
}
