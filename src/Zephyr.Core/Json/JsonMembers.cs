using System.Text.Json.Nodes;

namespace Zephyr.Core.Json;

/// <summary>Members of JSON documents that have to be there.</summary>
public static class JsonMembers
{
    /// <summary>A member of an object. A missing one must not become a null reference: that is a signal to the process, not a way to check input.</summary>
    /// <param name="node">The object.</param>
    /// <param name="name">Name of the member.</param>
    /// <returns>The member.</returns>
    /// <exception cref="FormatException">The node is no object, or has no such member.</exception>
    public static JsonNode Member(this JsonNode? node, string name) =>
        node is JsonObject members && members[name] is { } member ? member : throw new FormatException($"{name} is missing");
}
