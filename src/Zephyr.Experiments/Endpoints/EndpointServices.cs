namespace Zephyr.Experiments.Endpoints;

/// <summary>What stages that ask models need from outside.</summary>
/// <param name="Responses">Folder of the stored answers.</param>
/// <param name="Variable">Gives environment variables, for keys.</param>
/// <param name="Clock">The clock that waits.</param>
public sealed record EndpointServices(string Responses, Func<string, string?> Variable, TimeProvider Clock);
