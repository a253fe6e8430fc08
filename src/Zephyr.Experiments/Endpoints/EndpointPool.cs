using Zephyr.Core.Models;

namespace Zephyr.Experiments.Endpoints;

/// <summary>A model that can be asked.</summary>
/// <param name="Endpoint">Where it answers.</param>
/// <param name="Model">Its name in requests: as the endpoint knows it, or the content of its folder.</param>
/// <param name="Price">What its tokens cost; nothing in process.</param>
internal sealed record AskedModel(CachedEndpoint Endpoint, string Model, Price Price);

/// <summary>The models of a run, ready to be asked; they share stored answers and budget, and models of one folder are loaded once.</summary>
/// <param name="model">Type of the weights of models in process.</param>
/// <param name="services">Keys and clock.</param>
/// <param name="cache">The stored answers.</param>
/// <param name="budget">What may be spent.</param>
/// <param name="usage">Counts what is asked.</param>
internal sealed class EndpointPool(ModelOptions model, EndpointServices services, ResponseCache cache, Budget budget, UsageCounts usage) : IAsyncDisposable
{
    // Templates that tell the date get a fixed one: what a model says may not depend on the day.
    private static readonly DateTime s_templateDate = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    private readonly List<CachedEndpoint> _endpoints = [];
    private readonly Dictionary<string, FolderEndpoint> _folders = new(StringComparer.Ordinal);

    /// <summary>Prepares a model. Its key is read and its address checked; nothing is asked yet.</summary>
    /// <param name="connection">How it is reached.</param>
    /// <param name="isFolder">Whether it answers in process.</param>
    /// <param name="setting">The section that names it, for messages.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Core.ZephyrException">A key is missing, or an address or folder is unsound.</exception>
    public AskedModel Open(EndpointConnection connection, bool isFolder, string setting)
    {
        IChatEndpoint endpoint;
        string name;
        if (isFolder)
        {
            var path = Path.GetFullPath(connection.Folder!);
            if (!_folders.TryGetValue(path, out var folder))
            {
                _folders[path] = folder = new FolderEndpoint(path, model, connection.Concurrency, s_templateDate);
            }

            (endpoint, name) = (folder, folder.Model);
        }
        else
        {
            endpoint = new HttpEndpoint(connection, ApiKey.Read(connection.KeyVariable, services.Variable, $"{setting}.key_variable"), services.Clock);
            name = connection.Model;
        }

        var price = isFolder ? new Price(0, 0) : connection.Price;
        var cached = new CachedEndpoint(endpoint, cache, budget, price, usage, isFolder ? 0 : connection.Retries, services.Clock);
        _endpoints.Add(cached);
        return new AskedModel(cached, name, price);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints)
        {
            await endpoint.DisposeAsync();
        }
    }
}
