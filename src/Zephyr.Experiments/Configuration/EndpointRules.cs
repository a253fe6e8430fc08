using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Configuration;

/// <summary>Rules between the settings of a model that is asked.</summary>
internal static class EndpointRules
{
    /// <summary>Checks how a model is reached.</summary>
    /// <param name="endpoint">The model.</param>
    /// <param name="isFolder">Whether it answers in process.</param>
    /// <param name="key">The section that names it.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what.</param>
    public static void Check(EndpointConnection endpoint, bool isFolder, string key, Action<bool, string, string> refuse)
    {
        if (isFolder)
        {
            refuse(endpoint.Folder is null, $"{key}.folder", "is missing: kind is folder");
            return;
        }

        refuse(endpoint.Model.Length == 0, $"{key}.model", "is missing: name the model at the endpoint");
        refuse(endpoint.Folder is not null, $"{key}.folder", "must be left out: kind is openai");
        var problem = EndpointAddress.Problem(endpoint.BaseUrl, endpoint.KeyVariable is not null);
        refuse(problem is not null, $"{key}.base_url", problem ?? "");
    }
}
